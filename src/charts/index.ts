export { type CalibrationPlotOptions, type CalibrationRow, plotCalibration } from './calibration.ts'
export { type ComparedRow, type CompareRunsOptions, compareRuns } from './compare-runs.ts'
export { type ConfusionPlotOptions, type ConfusionRow, plotConfusion } from './confusion.ts'
export { type CostRow, type CostTableOptions, costTable } from './cost-table.ts'
export {
  type GradientFlowOptions,
  type GradientFlowRow,
  type GradientState,
  gradientFlow,
  type LayerNorms,
} from './gradient-flow.ts'
export { type HistogramOptions, type HistogramRow, histogram } from './histogram.ts'
export { type HistoryOptions, plotHistory } from './history.ts'
export type { HistoryRow } from './lines.ts'
export { type LiveCurvesOptions, liveCurves } from './live.ts'
export type { ChartOptions } from './options.ts'
export { plotLearningRateSweep, type RateSweepPlotOptions, type RateSweepRow } from './rate-sweep.ts'
export { plotRoc, type RocOptions, type RocRow } from './roc.ts'
export type { Run, Runs } from './runs.ts'
export { plotSchedule, type SchedulePlotOptions, type ScheduleRow } from './schedule.ts'
export type { ChartSpec } from './vega.ts'
