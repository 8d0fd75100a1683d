export { command, type Streams } from './command.ts'
