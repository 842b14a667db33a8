import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawPage, pageHtml } from '../../verify/drill/draw-page.ts'
import type { ReportFile } from '../../verify/model/report.ts'

/** Builds report.html of a run from its journal and its report.json, without judging it: node qa/bench/page-alone.ts RUN */
const [, , run] = process.argv
if (run === undefined) throw new Error('node qa/bench/page-alone.ts RUN')
const { $schema: _, ...report } = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as ReportFile
writeFileSync(join(run, 'report.html'), await pageHtml({ report, page: () => drawPage(join(run, 'journal.ndjson'), report) }))
