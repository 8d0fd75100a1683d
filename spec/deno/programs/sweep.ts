import { between, sweep } from 'joinery'

// Trials on threads, each with a module of its own.

const { trials, best } = await sweep({ step: between(0, 1) }, new URL('./trial.ts', import.meta.url), {
  trials: 2,
  workers: 2,
})
for (const { error } of trials) if (error !== undefined) throw error
console.log(trials.length, best !== undefined)
