/**
 * Keys of dashboards as Grafana 10 and 11 write them (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/,
 * kinds/dashboard/dashboard_kind.cue and public/app/plugins/panel/*). Grafana passes over any other key without a word, so only a key that
 * is one slip of the fingers away from one of these is reported.
 */
export const DASHBOARD_KEYS: ReadonlySet<string> = new Set(
  (
    'align annotations asDropdown axisBorderShow axisCenteredZero axisColorMode axisGridShow axisLabel axisPlacement axisSoftMax axisSoftMin axisWidth ' +
    'barAlignment barMaxWidth barWidth builtIn byRegexp byRefId byType cacheTimeout calcs cellOptions collapsed color colorMode columns content cubic ' +
    'current custom datasource dashboard decimals defaults definition desc description displayLabels displayMode displayName drawStyle editable ' +
    'editorMode enable enableInfo exemplar expr fieldConfig fieldName fields fillOpacity filterable fillBelowTo firstNotNull fiscalYearStartMonth ' +
    'folderUid footer format from graphMode graphTooltip gradientMode gridPos groupWidth groups height hide hideFrom hideTimeOverride hideControls ' +
    'iconColor includeAll includeVars index inspect instant interval intervalFactor isDefault justifyMode keepTime label labels lastNotNull layout ' +
    'legend legendFormat libraryPanel limit lineInterpolation lineStyle lineWidth links list liveNow locale mapping mappings matcher maxDataPoints ' +
    'mode tags firing pending max min maxPerRow maxVizHeight minVizHeight minVizWidth minInterval minWidth multi name namePlacement noValue operator options orientation overrides ' +
    'panels path pieType placement plugin pluginVersion pointSize preload properties query queryType range reduceOptions reducer refId refresh ' +
    'regex renameByName repeat repeatDirection required rows sanitize scaleDistribution schemaVersion scopedVars selected showHeader showLegend ' +
    'showPoints showThresholdLabels showThresholdMarkers showUnfilled showValue sideWidth sizing skipUrlSync snapshot sort sortBy sortOrder spanNulls ' +
    'stacking stat state steps style style symbol target targetBlank targets templating text textMode thresholds thresholdsStyle time timeFrom ' +
    'timepicker timeShift timezone title titleSize tooltip transform transformations transparent type uid unit units useTags value valueMode values ' +
    'valueSize viewPanel version weekStart wideLayout xField yaxis xaxis viz indexByName excludeByName custom axisSoftMin includeByName'
  ).split(' '),
)
