import type * as t from 'io-ts/lib/index.js'
import { codec, integer, parseOptions } from '../../base/options.ts'
import type { Runtime } from './runtime.ts'

/** The options of {@link onnxruntime}. */
export interface OnnxRuntimeOptions {
  /**
   * The number of threads for one operation. Default: ONNX Runtime's, the number of cores; one for graphs whose operations are
   * all small.
   */
  readonly threads?: number
  /** ONNX Runtime's execution providers, the preferred one first. Default: ONNX Runtime's, the CPU. */
  readonly providers?: readonly string[]
  /** ONNX Runtime itself, as in `import * as runtime from 'onnxruntime-web'`. Default: the package that is installed. */
  readonly runtime?: Runtime
}

export interface NormalOptions {
  readonly threads: number | null
  readonly providers: readonly string[] | null
  readonly runtime: Runtime | null
}

const maybe = <V>(expected: string, test: (value: unknown) => boolean): t.Type<V | null, unknown, unknown> =>
  codec(expected, value => (value === null || test(value) ? (value as V | null) : undefined))
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(name => typeof name === 'string')
const isRuntime = (value: unknown): boolean =>
  typeof (value as Partial<Runtime> | undefined)?.InferenceSession?.create === 'function'

/** @throws InvalidOption that names the option */
export const readOptions = (given: OnnxRuntimeOptions): NormalOptions =>
  parseOptions<NormalOptions>(
    'onnxruntime',
    'onnxruntime({ threads: 2 })',
    {
      threads: { codec: maybe<number>('a positive integer', integer(1).is), default: null },
      providers: { codec: maybe<readonly string[]>('names of execution providers', isNames), default: null },
      runtime: { codec: maybe<Runtime>('what a package of ONNX Runtime exports', isRuntime), default: null },
    },
    given,
  )
