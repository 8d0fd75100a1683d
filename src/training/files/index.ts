export type { Checkpoint } from './checkpoint.ts'
export { type CsvLogOptions, csvLog } from './csv-log.ts'
export type { Every } from './every.ts'
export {
  type Resumed,
  type ResumedByRules,
  type ResumeOptions,
  type ResumeRulesOptions,
  resume,
} from './resume.ts'
export { type Pictures, type TensorBoardOptions, tensorBoard } from './tensor-board.ts'
