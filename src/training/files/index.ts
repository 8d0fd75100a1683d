export { type CsvLogOptions, csvLog } from './csv-log.ts'
export type { Every } from './every.ts'
export { type Pictures, type TensorBoardOptions, tensorBoard } from './tensor-board.ts'
