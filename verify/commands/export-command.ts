import { Command, InvalidArgumentError } from 'commander'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Plan } from '../model/plan.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Spec } from '../model/spec.ts'
import { usualTarget } from '../drill/choose-target.ts'
import { pastIn } from '../drill/history.ts'
import { planFor } from '../drill/plan-for.ts'
import { readSpec } from '../drill/read-spec.ts'
import { deployedForm, readPlatform } from '../platform/read-platform.ts'
import { requestFrom, withSelection, type RunFlags } from '../drill/request.ts'
import { chaosWorkflow, type Exported } from '../export/chaos-workflow.ts'
import { k6TestRuns } from '../export/k6-testruns.ts'
import { manifestsText } from '../export/manifests-text.ts'

interface ExportFlags extends RunFlags {
  chaosMesh?: boolean
  k6Operator?: boolean
  namespace: string
  label: string
  pods: number
}

export function exportCommand(io: CommandIo): Command {
  return withSelection(new Command('export'))
    .description('write faults or loads of a plan as resources of Chaos Mesh or the k6 Operator; touches nothing')
    .option('--chaos-mesh', 'the faults, as a Workflow')
    .option('--k6-operator', 'the loads, as TestRuns with their scripts')
    .option('--namespace <name>', 'where the platform runs', 'default')
    .option('--label <key>', 'label whose value is the name of a part', 'app.kubernetes.io/name')
    .option('--pods <n>', 'pods of each TestRun, which share its rate', pods, 1)
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill export --chaos-mesh --namespace shop > workflow.yaml\n  firedrill export --k6-operator --pods 4 --only latency-burst | kubectl apply -f -\nDurations are real ones unless --speed says otherwise. Nothing that is exported is judged: firedrill run does that.',
    )
    .action(async (flags: ExportFlags) => {
      if ((flags.chaosMesh === true) === (flags.k6Operator === true))
        throw new FiredrillError('BAD_OPTION', 'one of --chaos-mesh and --k6-operator is wanted', {
          exitCode: 2,
          next: 'firedrill export --chaos-mesh, or firedrill export --k6-operator',
        })
      const spec = await readSpec(flags.spec, io)
      if (spec === undefined) return
      const request = { ...requestFrom(flags), speed: flags.speed ?? 1 }
      const platform = readPlatform(io)
      const past = pastIn(platform.reports, (await usualTarget(platform, io.cwd)).name, Date.now())
      const made = planFor(spec, request, deployedForm(platform, io.env), past)
      const { objects, leftOut } = await exported(made, spec, platform, flags)
      for (const each of leftOut) io.stderr(`left out: ${each}\n`)
      if (objects.length === 0)
        throw new FiredrillError('NOTHING_SELECTED', 'nothing of the plan can be exported so', {
          exitCode: 2,
          next: 'Loosen --only or --skip.',
        })
      io.stdout(manifestsText(objects))
    })
}

async function exported(
  plan: Plan,
  { platform }: Spec,
  home: PlatformFolder,
  { chaosMesh, namespace, label, pods: each }: ExportFlags,
): Promise<Exported> {
  if (chaosMesh === true) return chaosWorkflow(plan, { namespace, label })
  const { bundleScenarios } = await import('../drill/bundle-scenarios.ts')
  return k6TestRuns(plan, platform, { namespace, pods: each, scripts: await bundleScenarios(home) })
}

function pods(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 100) throw new InvalidArgumentError('a whole number from 1 to 100 is wanted.')
  return value
}
