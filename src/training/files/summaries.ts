import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { integer, message, text, type Write } from '../../backends/onnxruntime/protobuf.ts'

// What TensorBoard shows, as its protocol buffers have it (event.proto, summary.proto, histogram.proto, tensor.proto and the
// plugins' own). Field numbers are those of the files; the messages' names stand at the functions. Scalars, histograms and
// images are written in the form of the first version, which every reader knows.

const double = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Bit64).double(value)
}
const binary = (writer: BinaryWriter, field: number, value: Uint8Array): void => {
  writer.tag(field, WireType.LengthDelimited).bytes(value)
}
const doubles = (writer: BinaryWriter, field: number, values: readonly number[]): void =>
  message(writer, field, packed => {
    for (const value of values) packed.double(value)
  })

const encoded = (write: Write): Uint8Array => {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}

/** A value that is shown under its tag: Summary.Value. */
export type Shown = Write

/** A number. */
export const scalar =
  (tag: string, value: number): Shown =>
  writer => {
    text(writer, 1, tag)
    writer.tag(2, WireType.Bit32).float(value)
  }

/** Into how many parts of one length the range of the values is divided. */
const parts = 30

/** How often values are found in each part of their range; those that are not finite are left out. */
export const histogram = (tag: string, given: ArrayLike<number>): Shown => {
  const values = Float64Array.from(given).filter(Number.isFinite)
  let [least, most, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
    sum += value
    squares += value * value
  }
  // Of equal values there is one part, and of none one that is empty.
  const count = most > least ? parts : 1
  const [from, to] = values.length > 0 ? [least, most] : [0, 0]
  const limits = Array.from({ length: count }, (_, i) =>
    i === count - 1 ? to : from + ((to - from) * (i + 1)) / count,
  )
  const found = new Array<number>(count).fill(0)
  for (const value of values) {
    const part = count === 1 ? 0 : Math.min(count - 1, Math.floor(((value - from) / (to - from)) * count))
    found[part] = (found[part] as number) + 1
  }
  // HistogramProto
  return writer => {
    text(writer, 1, tag)
    message(writer, 5, histo => {
      double(histo, 1, from)
      double(histo, 2, to)
      double(histo, 3, values.length)
      double(histo, 4, sum)
      double(histo, 5, squares)
      doubles(histo, 6, limits)
      doubles(histo, 7, found)
    })
  }
}

/** A picture, as the bytes of a PNG file: Summary.Image. */
export interface Png {
  readonly rows: number
  readonly cols: number
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: number
  readonly bytes: Uint8Array
}
export const image =
  (tag: string, { rows, cols, channels, bytes }: Png): Shown =>
  writer => {
    text(writer, 1, tag)
    message(writer, 4, picture => {
      integer(picture, 1, rows)
      integer(picture, 2, cols)
      integer(picture, 3, channels)
      binary(picture, 4, bytes)
    })
  }

/** SummaryMetadata of data of the class tensor, for a plugin, whose content is often all that it reads. */
const metadata = (writer: BinaryWriter, plugin: string, content: Uint8Array): void =>
  message(writer, 9, data => {
    message(data, 1, own => {
      text(own, 1, plugin)
      binary(own, 2, content)
    })
    integer(data, 4, 2)
  })

/** A text in Markdown: a TensorProto with one text. */
export const markdown =
  (tag: string, value: string): Shown =>
  writer => {
    text(writer, 1, tag)
    metadata(writer, 'text', new Uint8Array())
    message(writer, 8, tensor => {
      // DT_STRING, of shape [1]
      integer(tensor, 1, 7)
      message(tensor, 2, shape => message(shape, 2, dimension => integer(dimension, 1, 1)))
      binary(tensor, 8, new TextEncoder().encode(value))
    })
  }

/** HParamsPluginData, under the tag that its kind has. */
const hyperparametersAs =
  (tag: string, field: number, write: Write): Shown =>
  writer => {
    text(writer, 1, `_hparams_/${tag}`)
    metadata(
      writer,
      'hparams',
      encoded(data => message(data, field, write)),
    )
    message(writer, 8, tensor => {
      // DT_FLOAT, of shape [1]: nothing
      integer(tensor, 1, 1)
      message(tensor, 2, shape => message(shape, 2, dimension => integer(dimension, 1, 1)))
      message(tensor, 5, packed => packed.float(0))
    })
  }

/** A hyperparameter's value. */
export type Hyperparameter = number | string | boolean

/** google.protobuf.Value */
const plainValue =
  (value: Hyperparameter): Write =>
  writer => {
    if (typeof value === 'number') double(writer, 2, value)
    else if (typeof value === 'string') text(writer, 3, value)
    else writer.tag(4, WireType.Varint).bool(value)
  }

const typeOf = (value: Hyperparameter): number => ({ string: 1, boolean: 2, number: 3 })[typeof value as 'string']

/** A metric by which runs are compared: in which folder of the run it is, and its tag. */
export interface Compared {
  readonly group: string
  readonly tag: string
}

/** What is compared over runs: Experiment, with its HParamInfo and MetricInfo. */
export const experiment = (
  hyperparameters: Readonly<Record<string, Hyperparameter>>,
  metrics: readonly Compared[],
  seconds: number,
): Shown =>
  hyperparametersAs('experiment', 2, writer => {
    double(writer, 3, seconds)
    for (const [name, value] of Object.entries(hyperparameters))
      message(writer, 4, info => {
        text(info, 1, name)
        integer(info, 4, typeOf(value))
      })
    for (const { group, tag } of metrics)
      message(writer, 5, info =>
        message(info, 1, name => {
          text(name, 1, group)
          text(name, 2, tag)
        }),
      )
  })

/** That a run begins, with its hyperparameters: SessionStartInfo. */
export const sessionStart = (
  hyperparameters: Readonly<Record<string, Hyperparameter>>,
  group: string,
  seconds: number,
): Shown =>
  hyperparametersAs('session_start_info', 3, writer => {
    for (const [name, value] of Object.entries(hyperparameters))
      message(writer, 1, entry => {
        text(entry, 1, name)
        message(entry, 2, plainValue(value))
      })
    text(writer, 4, group)
    double(writer, 5, seconds)
  })

/** That a run has ended well: SessionEndInfo. */
export const sessionEnd = (seconds: number): Shown =>
  hyperparametersAs('session_end_info', 4, writer => {
    integer(writer, 1, 1)
    double(writer, 2, seconds)
  })

const event = (seconds: number, step: number, write: Write): Uint8Array =>
  encoded(writer => {
    double(writer, 1, seconds)
    integer(writer, 2, step)
    write(writer)
  })

/** What every file begins with: the Event of its version. */
export const firstEvent = (seconds: number): Uint8Array =>
  event(seconds, 0, writer => {
    text(writer, 3, 'brain.Event:2')
    message(writer, 10, source => text(source, 1, 'joinery'))
  })

/** That what earlier files say of this step and those after it no longer counts: an Event with a SessionLog. */
export const restartEvent = (seconds: number, step: number): Uint8Array =>
  event(seconds, step, writer => message(writer, 7, log => integer(log, 1, 1)))

/** What is shown of a step: an Event with a Summary. */
export const summaryEvent = (seconds: number, step: number, values: readonly Shown[]): Uint8Array =>
  event(seconds, step, writer =>
    message(writer, 5, summary => {
      for (const value of values) message(summary, 1, value)
    }),
  )
