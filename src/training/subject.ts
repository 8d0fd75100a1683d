import type { BackendOption } from '../backends/choose.ts'
import type { Key } from '../base/random.ts'
import type { Flow } from '../base/shape.ts'
import type { Form } from '../base/tree.ts'
import type { Graph } from '../graph/graph.ts'
import type { Shaped, Trees } from '../state/variables.ts'
import type { NumberBatch, ShapedBatch } from './batches.ts'
import type { Culprit } from './loops/not-finite.ts'
import type { Reader } from './report.ts'
import type { Remembering } from './slots.ts'
import type { RawState, Structure } from './traced.ts'

/** What is known of a step beside its graph. */
export interface StepAbout {
  readonly reader: Reader
  /** Which leaves of the state change, in order. */
  readonly changed: readonly number[]
  /** What gives the scalars of an update. */
  readonly numbers: readonly ((update: number) => number)[]
}

/** What is known of the gradients of a step beside their graph. */
export interface GradientsAbout extends Pick<StepAbout, 'numbers'> {
  /** What each gradient is of, in order; the rule is `null` where there is one without a name. */
  readonly of: readonly (readonly [rule: string | null, layer: string, variable: string, shape: readonly number[]])[]
}

/**
 * What is trained, and by what: a network by its loss, or several networks by rules. Steps, programs and loops know no more
 * of it. Variables are trees by layer, those of several networks with the name of the network before that of the layer.
 */
export interface Subject {
  /** What was called. */
  readonly owner: string
  readonly backend: BackendOption
  /** Whether the changes of parameters are scaled by a number that training may change. */
  readonly paced: boolean
  /** What is remembered of all parameters. */
  readonly memory: Remembering

  /**
   * Variables as a user gives them, a copy of the trees.
   *
   * @throws InvalidOption, WeightInitializationError if they have another form
   */
  readonly asTrees: (value: unknown) => Trees
  /**
   * Checks variables as far as their shapes are known before an input is.
   *
   * @throws WeightInitializationError if they have others
   */
  readonly checkKnown: (variables: Trees) => void
  /** Variables as a user gets them. */
  readonly asGiven: (variables: Trees) => unknown
  /**
   * A batch as numbers, read or copied before the call returns; where they have to travel, a promise of it.
   *
   * @param owner for errors
   * @param check is shown the shapes
   * @param isLent whether nobody writes to arrays among them as long as the batch is in use
   * @throws InvalidOption if it is none; whatever `check` throws
   */
  readonly read: (
    owner: string,
    batch: unknown,
    check: (batch: ShapedBatch) => void,
    isLent?: boolean,
  ) => NumberBatch | Promise<NumberBatch>
  /**
   * Checks that variables and a batch fit, before anything is computed.
   *
   * @throws LayerConnectionError, WeightInitializationError, InvalidOption if they do not
   */
  readonly check: (variables: Trees<Shaped>, batch: ShapedBatch) => void
  /**
   * Checks that variables of a checkpoint are those of the networks.
   *
   * @throws DocumentError that lists which names and shapes differ
   */
  readonly checkSaved: (file: string, variables: Trees<Shaped>) => void

  /**
   * The graph of a step: from the leaves of a state, the rate of what is paced, scalars and a batch, to the leaves that
   * change and what is measured, as one vector.
   *
   * @param shapes of each field of the batch
   * @param form of the batch, where it is a tree
   */
  readonly traceStep: (
    structure: Structure,
    shapes: readonly Flow[],
    form: Form | undefined,
  ) => readonly [graph: Graph, about: StepAbout]
  /** The graph of the gradients that a step takes: from the same inputs to a tensor for each parameter that it trains. */
  readonly traceGradients: (
    structure: Structure,
    shapes: readonly Flow[],
    form: Form | undefined,
  ) => readonly [graph: Graph, about: GradientsAbout]
  /** The graph of a score, in inference mode: from variables and a batch to what is measured, as one vector. */
  readonly traceScore: (
    structure: Structure,
    shapes: readonly Flow[],
    form: Form | undefined,
  ) => readonly [graph: Graph, about: Reader]
  /**
   * What was not finite in an update that has been undone.
   *
   * @param state from before the update, whose number it has
   */
  readonly culprit: (state: RawState, batch: NumberBatch, key: Key) => Culprit
}
