/** Whether tests that can do more than the tests of a change have time for shall: `npm run nightly` asks for it. */
export const full: boolean = process.env.FULL === '1'
