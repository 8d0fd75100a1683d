import { data } from './data.ts'
import { files } from './files.ts'
import { networks } from './networks.ts'
import { options } from './options.ts'
import type { Part } from './part.ts'
import { passes } from './passes.ts'
import { texts } from './texts.ts'

/** All parts of the fuzz tests. */
export const parts: readonly Part<never>[] = [
  networks,
  passes,
  options,
  texts,
  data,
  files,
] as readonly unknown[] as readonly Part<never>[]
