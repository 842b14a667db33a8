import type { Check } from './check.ts'
import alertFired from './checks/alert-fired.ts'
import alertPending from './checks/alert-pending.ts'
import alertResolved from './checks/alert-resolved.ts'
import annotationsExact from './checks/annotations-exact.ts'
import evidenceContinuous from './checks/evidence-continuous.ts'
import groupedAsSpecified from './checks/grouped-as-specified.ts'
import healthyStart from './checks/healthy-start.ts'
import injectionTookHold from './checks/injection-took-hold.ts'
import isolation from './checks/isolation.ts'
import labelsExact from './checks/labels-exact.ts'
import loadDelivered from './checks/load-delivered.ts'
import logLabelsAndFields from './checks/log-labels-and-fields.ts'
import logLineFound from './checks/log-line-found.ts'
import logNoneLost from './checks/log-none-lost.ts'
import logOpensTrace from './checks/log-opens-trace.ts'
import noOtherReceiver from './checks/no-other-receiver.ts'
import noStrayAlert from './checks/no-stray-alert.ts'
import nothingLeftBehind from './checks/nothing-left-behind.ts'
import notificationDelivered from './checks/notification-delivered.ts'
import oracleReplay from './checks/oracle-replay.ts'
import resolvedNotified from './checks/resolved-notified.ts'
import ruleAsSpecified from './checks/rule-as-specified.ts'
import sideEffectsFired from './checks/side-effects-fired.ts'
import stayedQuiet from './checks/stayed-quiet.ts'
import steadyBefore from './checks/steady-before.ts'
import traceComplete from './checks/trace-complete.ts'
import traceConnected from './checks/trace-connected.ts'
import traceCount from './checks/trace-count.ts'
import traceErrorStatus from './checks/trace-error-status.ts'
import traceFindsLog from './checks/trace-finds-log.ts'
import traceTimingSane from './checks/trace-timing-sane.ts'

/** Every check, sorted by id (= file name). */
export const checks: readonly Check[] = [
  alertFired, alertPending, alertResolved, annotationsExact, evidenceContinuous, groupedAsSpecified, healthyStart, injectionTookHold, isolation, labelsExact, loadDelivered,
  logLabelsAndFields, logLineFound, logNoneLost, logOpensTrace, noOtherReceiver, noStrayAlert, nothingLeftBehind, notificationDelivered, oracleReplay, resolvedNotified, ruleAsSpecified,
  sideEffectsFired, stayedQuiet, steadyBefore, traceComplete, traceConnected, traceCount, traceErrorStatus, traceFindsLog, traceTimingSane,
]
