import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { type Fault, LayerConnectionError } from '../base/errors.ts'
import { codec, integer, isFunction, listOf, parsed } from '../base/options.ts'
import { type Flow, type Several, type Shape, sharedShape, showShape } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Limits, Row, Textless } from '../core/notated.ts'
import type { Ops } from '../ops/ops.ts'

/** A function of one or several tensors, for any implementation of the operations. */
export type LambdaFunction = <T>(ops: Ops<T>, ...inputs: readonly T[]) => T
/** The output shape for the input shapes, batch first. */
export type LambdaShape = (...inputs: readonly Shape[]) => Shape
/** The output shape: `null` for that of the (first) input, the dimensions without the batch, or a function. */
export type LambdaOutput = null | readonly (number | null)[] | LambdaShape

type Dimensions<S extends readonly unknown[]> = { -readonly [K in keyof S]: S[K] extends number ? S[K] : number }
type First<I> = I extends Several ? I[0] : I
type BatchOf<I> = First<I> extends readonly [infer B, ...unknown[]] ? B : number

/** The type of {@link Lambda}. */
export interface Lambda<To, Name extends string> extends Plain<Name> {
  readonly kind: 'Lambda'
  readonly function: LambdaFunction
  readonly shape: LambdaOutput
  readonly ' out': To extends null
    ? First<this[' in']>
    : To extends readonly unknown[]
      ? [BatchOf<this[' in']>, ...Dimensions<To>]
      : number[]
}

/** A function has no text. */
interface LambdaRow extends Row {
  readonly ' limits': Limits
  readonly ' makes': Textless
}
/** The constructor of {@link Lambda}. */
export interface LambdaConstructor {
  readonly ' row'?: LambdaRow
  // First: with the other overloads, the parameters of the function would have no types.
  <const Name extends string = 'lambda-{}'>(
    /** a function of (ops, x) or (ops, ...inputs) */
    f: LambdaFunction,
    /**
     * the output shape, without the batch; or a function from the input shapes to the output shape, whose result the
     * compiler does not know. Default: the shape of the (first) input.
     */
    shape: LambdaShape,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Lambda<LambdaShape, Name>
  <const Name extends string = 'lambda-{}'>(
    /** a function of (ops, x) or (ops, ...inputs) */
    f: LambdaFunction,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Lambda<null, Name>
  <const To extends readonly (number | null)[] | null, const Name extends string = 'lambda-{}'>(
    /** a function of (ops, x) or (ops, ...inputs) */
    f: LambdaFunction,
    /**
     * the output shape, without the batch; or a function from the input shapes to the output shape, whose result the
     * compiler does not know. Default: the shape of the (first) input.
     */
    shape: To,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Lambda<To, Name>
}

const dimensions = listOf<number | null>('', d => d === null || integer(1).is(d))
const outputOption: t.Type<LambdaOutput, unknown, unknown> = codec<LambdaOutput>(
  'an array of positive integers (or null), a function of shapes, or null for the shape of the input',
  value => {
    if (value === null || isFunction(value)) return value as LambdaOutput
    return parsed(dimensions, value)
  },
)

const outputOf = (output: LambdaOutput, inputs: Flow): Shape | null => {
  const [first = null] = inputs
  if (output === null) return first
  if (typeof output !== 'function') return [first?.[0] ?? null, ...output]
  const known = inputs.filter(shape => shape !== null)
  return known.length === inputs.length ? Object.freeze([...output(...known)]) : null
}

/**
 * A function of your own as a layer without variables; `defineLayer` makes layers with options and variables. The
 * function gets the operations and the inputs. Written in the operations, it is differentiated, traced and compiled
 * like every layer.
 *
 * Shape: one input or several → the same as the first, [batch, ...shape], or by a rule.
 *
 * @param f a function of (ops, x) or (ops, ...inputs)
 * @param shape the output shape, without the batch; or a function from the input shapes to the output shape, whose
 *   result the compiler does not know. Default: the shape of the (first) input.
 * @param options the name of the layer
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, at run time, if the output has another shape than declared
 * @category Several inputs
 * @see `Lambda` in Keras; a function in PyTorch
 * @example
 * ```ts
 * const double = Lambda((ops, x) => ops.multiply(x, ops.constant(2)))
 * const total = Lambda((ops, x) => ops.sum(x, [1], true), [1])
 * const network = join(Input(3), double, total)
 * apply(network, init(network, key(0)), [[1, 2, 3]]).output.dataSync() // [12]
 * ```
 */
export const Lambda: LambdaConstructor = defineLayer({
  kind: 'Lambda',
  example: 'Lambda((ops, x) => ops.square(x))',
  positional: ['function', 'shape'],
  notation: { textless: true },
  options: {
    function: {
      codec: codec<LambdaFunction>('a function of (ops, x)', value =>
        isFunction(value) ? (value as LambdaFunction) : undefined,
      ),
    },
    shape: { codec: outputOption, default: null },
  },
  inputs: () => 'any',
  shape: ({ shape }, input, others): Either<Fault, Shape | null> => right(outputOf(shape, [input, ...others])),
  forward: ({ function: f, shape }, ops, x, _, _mode, others) => {
    const y = f(ops, x, ...others)
    const said = outputOf(shape, [x, ...others].map(ops.shape))
    if (sharedShape(said, ops.shape(y)) === undefined)
      throw new LayerConnectionError({
        layer: 'Lambda',
        expected: `an output of shape ${showShape(said)}, as declared`,
        got: showShape(ops.shape(y)),
        remedy: 'Give the dimensions that come out, without the batch: Lambda(f, [10]).',
      })
    return [y, {}]
  },
})
