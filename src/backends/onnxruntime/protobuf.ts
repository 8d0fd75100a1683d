import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import {
  type Aim,
  type Attribute,
  elementTypes,
  type Initializer,
  type Model,
  type ModelNode,
  microsoft,
  ownAim,
  type Port,
} from './model.ts'

// Encodes a model in ONNX's file format. Field numbers are those of onnx.proto; functions name its messages.

/** The largest size of a model in bytes: that of a message of Protocol Buffers. */
export const largest: number = 2 ** 31 - 2 ** 20

/** The versions of the format and of the operator sets (https://github.com/onnx/onnx/blob/main/docs/Versioning.md). */
const irVersions: Readonly<Record<number, number>> = {
  17: 8,
  18: 8,
  19: 9,
  20: 9,
  21: 10,
  22: 10,
  23: 11,
  24: 12,
  25: 13,
}
/** The operator sets that models are written in. */
export const operatorSets: readonly number[] = Object.keys(irVersions).map(Number)
const microsoftOperators = 1

export type Write = (writer: BinaryWriter) => void

export const message = (writer: BinaryWriter, field: number, write: Write): void => {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}
export const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value)
}
export const integer = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value)
}

/** AttributeProto: the value's own field, then its kind. */
const attribute =
  (name: string, value: Attribute): Write =>
  writer => {
    text(writer, 1, name)
    if ('float' in value) {
      writer.tag(2, WireType.Bit32).float(value.float)
      integer(writer, 20, 1)
    } else if ('int' in value) {
      integer(writer, 3, value.int)
      integer(writer, 20, 2)
    } else if ('text' in value) {
      text(writer, 4, value.text)
      integer(writer, 20, 3)
    } else if ('graph' in value) {
      message(writer, 6, graph(value.graph))
      integer(writer, 20, 5)
    } else {
      for (const each of value.ints) integer(writer, 8, each)
      integer(writer, 20, 7)
    }
  }

/** NodeProto */
const node =
  ({ name, operator, domain, inputs, outputs, attributes }: ModelNode): Write =>
  writer => {
    for (const input of inputs) text(writer, 1, input)
    for (const output of outputs) text(writer, 2, output)
    text(writer, 3, name)
    text(writer, 4, operator)
    for (const [key, value] of Object.entries(attributes)) message(writer, 5, attribute(key, value))
    if (domain !== '') text(writer, 7, domain)
  }

/** TensorProto; its numbers are little-endian, as they are in memory wherever JavaScript runs today. */
const tensor =
  ({ name, shape, values }: Initializer): Write =>
  writer => {
    for (const d of shape) integer(writer, 1, d)
    integer(writer, 2, values instanceof Float32Array ? elementTypes.float : elementTypes.int64)
    text(writer, 8, name)
    writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

/** ValueInfoProto: within it TypeProto, TypeProto.Tensor, TensorShapeProto and its Dimensions. */
const port =
  ({ name, shape, type }: Port): Write =>
  writer => {
    text(writer, 1, name)
    message(writer, 2, own =>
      message(own, 1, ofTensor => {
        integer(ofTensor, 1, elementTypes[type ?? 'float'])
        message(ofTensor, 2, dimensions => {
          for (const d of shape)
            message(dimensions, 1, dimension => {
              if (typeof d === 'number') integer(dimension, 1, d)
              else if (d !== null) text(dimension, 2, d)
            })
        })
      }),
    )
  }

/** GraphProto */
const graph =
  ({ nodes, initializers, inputs, outputs }: Model): Write =>
  writer => {
    for (const each of nodes) message(writer, 1, node(each))
    text(writer, 2, 'graph')
    for (const each of initializers) message(writer, 5, tensor(each))
    for (const each of inputs) message(writer, 11, port(each))
    for (const each of outputs) message(writer, 12, port(each))
  }

/** OperatorSetIdProto */
const operatorSet =
  (domain: string, version: number): Write =>
  writer => {
    text(writer, 1, domain)
    integer(writer, 2, version)
  }

/** The bytes of a model: ModelProto. */
export const encode = (model: Model, { opset, isPortable }: Aim = ownAim): Uint8Array<ArrayBuffer> => {
  const writer = new BinaryWriter()
  integer(writer, 1, irVersions[opset] as number)
  text(writer, 2, 'joinery')
  message(writer, 7, graph(model))
  message(writer, 8, operatorSet('', opset))
  if (!isPortable) message(writer, 8, operatorSet(microsoft, microsoftOperators))
  return writer.finish()
}
