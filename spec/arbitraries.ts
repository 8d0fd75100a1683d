import fc from 'fast-check'
import {
  AveragePooling,
  BatchNorm,
  Convolution,
  Dropout,
  Elu,
  Identity,
  type Layer,
  Linear,
  MaxPooling,
  Relu,
  Reshape,
  Sigmoid,
  Softmax,
  Tanh,
} from '../src/index.ts'

// Random layers, each of which fits after any other of its kind.

const activation: fc.Arbitrary<Layer> = fc
  .constantFrom<() => Layer>(Relu, Tanh, Sigmoid, Elu, Softmax, Linear)
  .map(make => make())

/** Layers for inputs [batch, features]. */
export const dense: fc.Arbitrary<Layer> = fc.oneof(
  activation,
  fc.integer({ min: 1, max: 5 }).map(units => Tanh(units) as Layer),
  fc.integer({ min: 1, max: 5 }).map(units => Linear(units, { bias: null }) as Layer),
  fc.constant(BatchNorm() as Layer),
  fc.constant(Dropout(0.5) as Layer),
  fc.constant(Identity() as Layer),
)

/** Layers for inputs [batch, rows, cols, channels] that leave rows and columns to go on with. */
export const spatial: fc.Arbitrary<Layer> = fc.oneof(
  activation,
  fc
    .record({
      size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      stride: fc.integer({ min: 1, max: 2 }),
      dilation: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ size, ...options }) => Convolution(size, { ...options, padding: 'same' }) as Layer),
  fc.constantFrom(MaxPooling, AveragePooling).map(pool => pool([2, 2], { padding: 'same' }) as Layer),
  fc.constant(BatchNorm() as Layer),
  fc.constant(Reshape([-1, 1, 1]) as Layer),
)

/** Several layers in a row, with the input that they fit. */
export const stack: fc.Arbitrary<{ readonly shape: readonly number[]; readonly layers: readonly Layer[] }> = fc.oneof(
  fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 5 })),
    layers: fc.array(dense, { minLength: 3, maxLength: 5 }),
  }),
  fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 })),
    layers: fc.array(spatial, { minLength: 3, maxLength: 5 }),
  }),
)
