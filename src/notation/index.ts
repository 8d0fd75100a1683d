export type { Blocks } from './chain.ts'
export { type Net, net } from './net.ts'
export { notation } from './print.ts'
