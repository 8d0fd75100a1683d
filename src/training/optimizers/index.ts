export { type AdamOptions, adam, gradientDescent, type MomentumOptions, momentum } from './first.ts'
