export { type ActivationOptions, type Activations, activations } from './activations.ts'
export { type GradientNorms, type GradientNormsOptions, gradientNorms, type NormsOfExamples } from './gradient-norms.ts'
export { type EachExample, type LossGradients, type LossGradientsOptions, lossGradients } from './loss-gradients.ts'
