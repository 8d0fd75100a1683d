import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import {
  type Attribute,
  elementTypes,
  type Initializer,
  type Model,
  type ModelNode,
  microsoft,
  type Port,
} from './model.ts'

// Encodes a model in ONNX's file format. Field numbers are those of onnx.proto; functions name its messages.

/** The versions of the format and of the operator sets (https://github.com/onnx/onnx/blob/main/docs/Versioning.md). */
const irVersion = 10
const operators = 21
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
              if (d !== null) integer(dimension, 1, d)
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
export const encode = (model: Model): Uint8Array => {
  const writer = new BinaryWriter()
  integer(writer, 1, irVersion)
  text(writer, 2, 'joinery')
  message(writer, 7, graph(model))
  message(writer, 8, operatorSet('', operators))
  message(writer, 8, operatorSet(microsoft, microsoftOperators))
  return writer.finish()
}
