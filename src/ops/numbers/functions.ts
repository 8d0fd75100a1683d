type Changing = 'negative' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'square' | 'abs' | 'sigmoid' | 'tanh' | 'relu' | 'elu'
type Further = 'sin' | 'cos' | 'atan' | 'floor'

/** A power as IEEE 754 has it: JavaScript's is NaN for 1 to infinite powers, or to NaN. */
export const power = (a: number, b: number): number =>
  a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b

/** Elementwise functions of one number. */
export const functions: Readonly<Record<Changing | Further, (x: number) => number>> = {
  negative: x => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: x => 1 / Math.sqrt(x),
  square: x => x * x,
  abs: Math.abs,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  // Keeps NaN.
  relu: x => Math.max(0, x),
  // Precise near 0.
  elu: x => (x > 0 ? x : Math.expm1(x)),
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  floor: Math.floor,
}
