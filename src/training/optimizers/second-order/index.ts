export {
  type ConjugateGradientFunction,
  type ConjugateGradientOptions,
  conjugateGradient,
} from './conjugate-gradient.ts'
export { type HessianDiagonalOptions, type HessianOptions, hessian, hessianDiagonal } from './hessian.ts'
export { type LevenbergMarquardtOptions, levenbergMarquardt } from './levenberg-marquardt.ts'
export { type QuasiNewtonFunction, type QuasiNewtonOptions, quasiNewton } from './quasi-newton.ts'
export type { LineSearchOptions } from './wolfe.ts'
