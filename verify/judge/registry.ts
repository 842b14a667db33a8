import type { Check } from './check.ts'
import alertFired from './checks/alert/alert-fired.ts'
import alertPending from './checks/alert/alert-pending.ts'
import alertResolved from './checks/alert/alert-resolved.ts'
import annotationsExact from './checks/alert/annotations-exact.ts'
import chatMessageValid from './checks/delivery/chat-message-valid.ts'
import evidenceContinuous from './checks/drill/evidence-continuous.ts'
import groupedAsSpecified from './checks/delivery/grouped-as-specified.ts'
import groupingWorks from './checks/delivery/grouping-works.ts'
import healthyEnd from './checks/drill/healthy-end.ts'
import healthyStart from './checks/drill/healthy-start.ts'
import inhibitionWorks from './checks/delivery/inhibition-works.ts'
import injectionTookHold from './checks/alert/injection-took-hold.ts'
import isolation from './checks/alert/isolation.ts'
import labelsExact from './checks/alert/labels-exact.ts'
import loadDelivered from './checks/alert/load-delivered.ts'
import logLabelsAndFields from './checks/log/log-labels-and-fields.ts'
import logLineFound from './checks/log/log-line-found.ts'
import logLinesTogether from './checks/log/log-lines-together.ts'
import logNoneLost from './checks/log/log-none-lost.ts'
import logOpensTrace from './checks/log/log-opens-trace.ts'
import noOtherReceiver from './checks/delivery/no-other-receiver.ts'
import noStrayAlert from './checks/alert/no-stray-alert.ts'
import nothingLeftBehind from './checks/drill/nothing-left-behind.ts'
import notificationDelivered from './checks/delivery/notification-delivered.ts'
import oracleReplay from './checks/alert/oracle-replay.ts'
import outageLinesSurvive from './checks/outage/outage-lines-survive.ts'
import outageNamed from './checks/outage/outage-named.ts'
import outageServicesAnswer from './checks/outage/outage-services-answer.ts'
import outageSpansSurvive from './checks/outage/outage-spans-survive.ts'
import repeatWorks from './checks/delivery/repeat-works.ts'
import resolvedNotified from './checks/delivery/resolved-notified.ts'
import ruleAsSpecified from './checks/alert/rule-as-specified.ts'
import sendResolvedWorks from './checks/delivery/send-resolved-works.ts'
import sideEffectsFired from './checks/alert/side-effects-fired.ts'
import silenceWorks from './checks/delivery/silence-works.ts'
import sloBudgetSign from './checks/slo/slo-budget-sign.ts'
import sloPanelHasData from './checks/slo/slo-panel-has-data.ts'
import sloSeriesMatch from './checks/slo/slo-series-match.ts'
import sloThresholds from './checks/slo/slo-thresholds.ts'
import sloValueMatches from './checks/slo/slo-value-matches.ts'
import stayedQuiet from './checks/alert/stayed-quiet.ts'
import steadyBefore from './checks/alert/steady-before.ts'
import traceCarriesRun from './checks/trace/trace-carries-run.ts'
import traceComplete from './checks/trace/trace-complete.ts'
import traceConnected from './checks/trace/trace-connected.ts'
import traceCount from './checks/trace/trace-count.ts'
import traceErrorStatus from './checks/trace/trace-error-status.ts'
import traceFindsLog from './checks/trace/trace-finds-log.ts'
import traceNamed from './checks/trace/trace-named.ts'
import traceTimingSane from './checks/trace/trace-timing-sane.ts'

/** Every check, sorted by id (= file name). */
export const checks: readonly Check[] = [
  alertFired,
  alertPending,
  alertResolved,
  annotationsExact,
  chatMessageValid,
  evidenceContinuous,
  groupedAsSpecified,
  groupingWorks,
  healthyEnd,
  healthyStart,
  inhibitionWorks,
  injectionTookHold,
  isolation,
  labelsExact,
  loadDelivered,
  logLabelsAndFields,
  logLineFound,
  logLinesTogether,
  logNoneLost,
  logOpensTrace,
  noOtherReceiver,
  noStrayAlert,
  nothingLeftBehind,
  notificationDelivered,
  oracleReplay,
  outageLinesSurvive,
  outageNamed,
  outageServicesAnswer,
  outageSpansSurvive,
  repeatWorks,
  resolvedNotified,
  ruleAsSpecified,
  sendResolvedWorks,
  sideEffectsFired,
  silenceWorks,
  sloBudgetSign,
  sloPanelHasData,
  sloSeriesMatch,
  sloThresholds,
  sloValueMatches,
  stayedQuiet,
  steadyBefore,
  traceCarriesRun,
  traceComplete,
  traceConnected,
  traceCount,
  traceErrorStatus,
  traceFindsLog,
  traceNamed,
  traceTimingSane,
]
