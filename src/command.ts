export { command, type Streams } from './command/index.ts'
