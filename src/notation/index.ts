export type { Blocks } from './grammar.ts'
export { type AnyNetwork, type Net, net } from './net.ts'
export { notation } from './print.ts'
