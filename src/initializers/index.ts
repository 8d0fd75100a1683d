export { orthogonal } from './orthogonal.ts'
export { constant, type NormalOptions, normal, uniform } from './plain.ts'
export { type GainOption, heNormal, heUniform, xavierNormal, xavierUniform } from './scaled.ts'
