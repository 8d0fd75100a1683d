/** Whether tests that can do more than the tests of a change have time for shall: `npm run nightly` asks for it. */
export const full: boolean = process.env.FULL === '1'
/** How many milliseconds a process of its own may take. In the night others may have the machine. */
export const patience: number = full ? 3_600_000 : 500_000
