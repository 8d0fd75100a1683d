/** A quotient; 0 where there is nothing to divide by. */
export const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b)
