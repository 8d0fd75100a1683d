export { type Summary, summary } from './summary.ts'
