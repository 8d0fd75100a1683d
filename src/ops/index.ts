export { graphOps, placeholder } from './graph.ts'
export { type Tape, type Traced, tape } from './tape.ts'
export { tfjsOps } from './tfjs/index.ts'
