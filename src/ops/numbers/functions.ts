type Changing = 'negative' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'square' | 'abs' | 'sigmoid' | 'tanh' | 'relu' | 'elu'

/** Elementwise functions of one number. */
export const functions: Readonly<Record<Changing, (x: number) => number>> = {
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
}
