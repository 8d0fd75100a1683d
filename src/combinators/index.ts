export { join, to } from './join.ts'
export { type Branch, parallel } from './parallel.ts'
export { repeat, shared } from './repeat.ts'
export { end, layerOf, names, type Slice, start } from './slice.ts'
