import type { Check } from './drill-check.ts'
import { check as alertFired } from './checks/alert/alert-fired.ts'
import { check as alertPending } from './checks/alert/alert-pending.ts'
import { check as alertResolved } from './checks/alert/alert-resolved.ts'
import { check as annotationsExact } from './checks/alert/annotations-exact.ts'
import { check as chatMessageValid } from './checks/delivery/chat-message-valid.ts'
import { check as evidenceContinuous } from './checks/drill/evidence-continuous.ts'
import { check as groupedAsSpecified } from './checks/delivery/grouped-as-specified.ts'
import { check as groupingWorks } from './checks/delivery/grouping-works.ts'
import { check as healthyEnd } from './checks/drill/healthy-end.ts'
import { check as healthyStart } from './checks/drill/healthy-start.ts'
import { check as inhibitionWorks } from './checks/delivery/inhibition-works.ts'
import { check as injectionTookHold } from './checks/alert/injection-took-hold.ts'
import { check as isolation } from './checks/alert/isolation.ts'
import { check as keepsAnswering } from './checks/answers/keeps-answering.ts'
import { check as labelsExact } from './checks/alert/labels-exact.ts'
import { check as loadDelivered } from './checks/alert/load-delivered.ts'
import { check as logLabelsAndFields } from './checks/log/log-labels-and-fields.ts'
import { check as logLineFound } from './checks/log/log-line-found.ts'
import { check as logLinesTogether } from './checks/log/log-lines-together.ts'
import { check as logNoneLost } from './checks/log/log-none-lost.ts'
import { check as logOpensTrace } from './checks/log/log-opens-trace.ts'
import { check as noOtherReceiver } from './checks/delivery/no-other-receiver.ts'
import { check as noStrayAlert } from './checks/alert/no-stray-alert.ts'
import { check as nothingLeftBehind } from './checks/drill/nothing-left-behind.ts'
import { check as notificationDelivered } from './checks/delivery/notification-delivered.ts'
import { check as oracleReplay } from './checks/alert/oracle-replay.ts'
import { check as outageLinesSurvive } from './checks/outage/outage-lines-survive.ts'
import { check as outageNamed } from './checks/outage/outage-named.ts'
import { check as outageServicesAnswer } from './checks/outage/outage-services-answer.ts'
import { check as outageSpansSurvive } from './checks/outage/outage-spans-survive.ts'
import { check as premisesHold } from './checks/answers/premises-hold.ts'
import { check as repeatWorks } from './checks/delivery/repeat-works.ts'
import { check as resolvedNotified } from './checks/delivery/resolved-notified.ts'
import { check as ruleAsSpecified } from './checks/alert/rule-as-specified.ts'
import { check as sendResolvedWorks } from './checks/delivery/send-resolved-works.ts'
import { check as sideEffectsFired } from './checks/alert/side-effects-fired.ts'
import { check as silenceWorks } from './checks/delivery/silence-works.ts'
import { check as sloBudgetSign } from './checks/slo/slo-budget-sign.ts'
import { check as sloPanelHasData } from './checks/slo/slo-panel-has-data.ts'
import { check as sloSeriesMatch } from './checks/slo/slo-series-match.ts'
import { check as sloThresholds } from './checks/slo/slo-thresholds.ts'
import { check as sloValueMatches } from './checks/slo/slo-value-matches.ts'
import { check as stayedQuiet } from './checks/alert/stayed-quiet.ts'
import { check as steadyBefore } from './checks/alert/steady-before.ts'
import { check as timingAsSpecified } from './checks/drill/timing-as-specified.ts'
import { check as ruleSeesSubject } from './checks/rule/rule-sees-subject.ts'
import { check as traceCarriesRun } from './checks/trace/trace-carries-run.ts'
import { check as traceComplete } from './checks/trace/trace-complete.ts'
import { check as traceConnected } from './checks/trace/trace-connected.ts'
import { check as traceCount } from './checks/trace/trace-count.ts'
import { check as traceErrorStatus } from './checks/trace/trace-error-status.ts'
import { check as traceFindsLog } from './checks/trace/trace-finds-log.ts'
import { check as traceNamed } from './checks/trace/trace-named.ts'
import { check as traceTimingSane } from './checks/trace/trace-timing-sane.ts'

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
  keepsAnswering,
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
  premisesHold,
  repeatWorks,
  resolvedNotified,
  ruleAsSpecified,
  ruleSeesSubject,
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
  timingAsSpecified,
  traceCarriesRun,
  traceComplete,
  traceConnected,
  traceCount,
  traceErrorStatus,
  traceFindsLog,
  traceNamed,
  traceTimingSane,
]
