export { type Output, progressBar } from './display/terminal.ts'
