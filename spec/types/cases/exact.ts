/** True where two types are one and the same, which assignability alone would not tell. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Checks that a statement about types holds. */
export const holds = <_ extends true>(): void => {}
