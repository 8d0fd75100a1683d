export { net } from './net.ts'
export { notation } from './print.ts'
