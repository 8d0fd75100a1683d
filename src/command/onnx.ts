import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { DocumentError } from '../base/errors.ts'

// What an ONNX file says of itself: its inputs, outputs and initial values. Field numbers are those of onnx.proto.

/** A value of an ONNX graph; `null` and names are dimensions that are not known. */
export interface OnnxValue {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly (number | string | null)[]
}

/** A model, as far as its values are named. */
export interface OnnxModel {
  readonly opset: number
  readonly producer: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: readonly OnnxValue[]
  /** How many nodes there are of each operator. */
  readonly operators: ReadonlyMap<string, number>
}

/** TensorProto.DataType, by its numbers. */
const types: readonly string[] = 'UNDEFINED F32 U8 I8 U16 I16 I32 I64 STRING BOOL F16 F64 U32 U64 C64 C128 BF16'.split(
  ' ',
)

type Field = (reader: BinaryReader, type: WireType) => void

/** Reads a message: each field by its number, and passes over the rest. */
const fields = (bytes: Uint8Array, read: Readonly<Record<number, Field>>): void => {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    const field = read[number]
    if (field === undefined) reader.skip(type, number)
    else field(reader, type)
  }
}

/** A number of 64 bits, as far as a double counts exactly. */
const count = (reader: BinaryReader): number => Number(reader.int64())

/** Repeated numbers, one after another or each by itself. */
const numbersInto =
  (into: number[]): Field =>
  (reader, type) => {
    if (type !== WireType.LengthDelimited) {
      into.push(count(reader))
      return
    }
    const packed = new BinaryReader(reader.bytes())
    while (packed.pos < packed.len) into.push(count(packed))
  }

/** TensorProto */
const tensor = (bytes: Uint8Array): OnnxValue => {
  const shape: number[] = []
  let [name, type] = ['', 0]
  fields(bytes, {
    1: numbersInto(shape),
    2: reader => {
      type = reader.int32()
    },
    8: reader => {
      name = reader.string()
    },
  })
  return { name, dtype: types[type] ?? String(type), shape }
}

/** TensorShapeProto.Dimension */
const dimension = (bytes: Uint8Array): number | string | null => {
  let found: number | string | null = null
  fields(bytes, {
    1: reader => {
      found = count(reader)
    },
    2: reader => {
      found = reader.string()
    },
  })
  return found
}

/** ValueInfoProto, of a tensor. */
const value = (bytes: Uint8Array): OnnxValue => {
  const shape: (number | string | null)[] = []
  let [name, type] = ['', 0]
  const ofTensor: Readonly<Record<number, Field>> = {
    1: reader => {
      type = reader.int32()
    },
    2: reader => fields(reader.bytes(), { 1: inner => shape.push(dimension(inner.bytes())) }),
  }
  fields(bytes, {
    1: reader => {
      name = reader.string()
    },
    2: reader => fields(reader.bytes(), { 1: inner => fields(inner.bytes(), ofTensor) }),
  })
  return { name, dtype: types[type] ?? String(type), shape }
}

/**
 * What an ONNX file says of itself.
 *
 * @throws DocumentError if it is none
 */
export const readOnnx = (bytes: Uint8Array, file: string): OnnxModel => {
  const [inputs, outputs, initializers]: [OnnxValue[], OnnxValue[], OnnxValue[]] = [[], [], []]
  const operators = new Map<string, number>()
  let [opset, producer, graphs] = [0, '', 0]
  const node: Readonly<Record<number, Field>> = {
    4: reader => {
      const operator = reader.string()
      operators.set(operator, (operators.get(operator) ?? 0) + 1)
    },
  }
  const graph: Readonly<Record<number, Field>> = {
    1: reader => fields(reader.bytes(), node),
    5: reader => initializers.push(tensor(reader.bytes())),
    11: reader => inputs.push(value(reader.bytes())),
    12: reader => outputs.push(value(reader.bytes())),
  }
  /** OperatorSetIdProto; the one without a domain is ONNX's own. */
  const operatorSet = (own: Uint8Array): void => {
    let [domain, version] = ['', 0]
    fields(own, {
      1: reader => {
        domain = reader.string()
      },
      2: reader => {
        version = count(reader)
      },
    })
    if (domain === '' || domain === 'ai.onnx') opset = version
  }
  try {
    fields(bytes, {
      2: reader => {
        producer = reader.string()
      },
      7: reader => {
        graphs += 1
        fields(reader.bytes(), graph)
      },
      8: reader => operatorSet(reader.bytes()),
    })
  } catch {
    graphs = 0
  }
  if (graphs !== 1)
    throw new DocumentError({
      file,
      expected: 'a model in the ONNX format',
      got: `${bytes.length} bytes that are none`,
      remedy: 'It is cut off, damaged or another: write or download it again.',
    })
  return { opset, producer, inputs, outputs, initializers, operators }
}
