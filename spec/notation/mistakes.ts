// Texts with a mistake, and what the compiler and the run time say about it: the same.

/** A text, where its mistake is, and how it is quoted. */
export interface Mistake {
  readonly text: string
  readonly line?: number
  readonly column: number
  readonly quoted: string
}

const mistake = (column: number, text: string, quoted: string): Mistake => ({ text, column, quoted })

/** One for every rule of the grammar and every kind of argument. */
export const mistakes: readonly Mistake[] = [
  // Names.
  mistake(
    19,
    'Input(28,28,1) >> Convlution(3,3,16, padding=same) >> Relu',
    '… >> Convlution(3,3 ⟵ unknown layer; did you mean Convolution?',
  ),
  mistake(1, 'input(3) >> Relu', 'input(3) ⟵ unknown layer; did you mean Input?'),
  mistake(13, 'Input(3) >> Banana >> Relu', '… >> Banana ⟵ unknown layer'),
  mistake(13, 'Input(3) >> Telu(3)', '… >> Telu(3) ⟵ unknown layer'),
  mistake(21, 'Input(3) >> (Relu | Thn)', '… | Thn) ⟵ unknown layer'),
  mistake(14, 'Input(3) >> (Sofmax | Tanh)', '… (Sofmax ⟵ unknown layer; did you mean Softmax?'),
  mistake(13, "Input(3) >> 'Relu'", "… >> 'Relu' ⟵ unknown layer"),
  mistake(13, 'Input(3) >> Relu Tanh', '… >> Relu Tanh ⟵ unknown layer'),
  mistake(13, 'Input(3) >> shard(a, Relu)', '… >> shard(a, ⟵ unknown layer; did you mean shared?'),
  // Where layers, brackets and signs are missing or too many.
  mistake(1, '', '⟵ a layer is missing'),
  mistake(12, 'Input(3) >>', '… >> ⟵ a layer is missing'),
  mistake(13, 'Input(3) >> >> Relu', '… >> >> ⟵ a layer is missing'),
  mistake(13, 'Input(3) >> | Relu', '… >> | ⟵ a layer is missing'),
  mistake(14, 'Input(3) >> ()', '… () ⟵ a layer is missing'),
  mistake(13, 'Input(3) >> (Relu | Tanh >> Relu(3)', "… >> (Relu ⟵ ')' is missing"),
  mistake(13, 'Input(3) >> Relu(3 >> Tanh', "… >> Relu(3 ⟵ ')' is missing"),
  mistake(8, 'Relu(3)) >> Tanh', "Relu(3)) ⟵ ')' without '('"),
  mistake(9, 'Relu(3) Tanh', "Relu(3) Tanh ⟵ '>>' is missing"),
  mistake(9, 'Relu(3) > Tanh', "Relu(3) > ⟵ '>>' is missing"),
  mistake(9, 'Relu(3) * Tanh', "Relu(3) * ⟵ '*' is followed by a positive whole number"),
  mistake(9, 'Relu(3) * 0 >> Tanh', "Relu(3) * ⟵ '*' is followed by a positive whole number"),
  mistake(11, 'Relu(name="a >> b)', '… "a > ⟵ the text in quotes is not closed'),
  // Arguments.
  mistake(13, 'Input(3) >> Convolution(3,3)', '… >> Convolution(3,3) ⟵ Convolution does not take these arguments'),
  mistake(13, 'Input(3) >> Convolution >> Relu', '… >> Convolution ⟵ Convolution does not take these arguments'),
  mistake(1, 'Relu(three)', 'Relu(three) ⟵ Relu does not take these arguments'),
  mistake(1, 'Relu(3,4)', 'Relu(3,4) ⟵ Relu does not take these arguments'),
  mistake(1, 'Dropout', 'Dropout ⟵ Dropout does not take these arguments'),
  mistake(8, 'Relu(3,,4)', 'Relu(3,,4) ⟵ an argument is missing'),
  mistake(9, 'Relu(3, bias=)', 'Relu(3, bias=) ⟵ a value is missing'),
  mistake(20, 'Relu(3, bias=null, bias=0)', 'Relu(3, bias=null, bias=0) ⟵ given twice'),
  mistake(9, 'Relu(3, bias=[1,2)', "Relu(3, bias=[1,2) ⟵ ']' is missing"),
  mistake(9, 'Relu(3, bias=[1,2]3)', 'Relu(3, bias=[1,2]3) ⟵ not a value'),
  mistake(9, 'Relu(3, bias=1])', 'Relu(3, bias=1]) ⟵ not a value'),
  // Options.
  mistake(
    39,
    'Input(28,28,1) >> Convolution(3,3,16, paddin=same, stride=2) >> Relu',
    '… >> Convolution(3,3,16, paddin=sam ⟵ unknown option; did you mean padding?',
  ),
  mistake(14, 'Dropout(0.5, colour=red)', 'Dropout(0.5, colour=red ⟵ unknown option'),
  mistake(
    21,
    'Convolution(3,3,16, padding=full, stride=2)',
    'Convolution(3,3,16, padding=full, ⟵ not a value for padding',
  ),
  mistake(9, 'Relu(3, name=5)', 'Relu(3, name=5) ⟵ not a value for name'),
  mistake(9, 'LSTM(3, peepholes=yes, cell=tan)', 'LSTM(3, peepholes=yes, ⟵ not a value for peepholes'),
  mistake(20, 'GaussianNoise(0.1, std=3)', 'GaussianNoise(0.1, std=3) ⟵ unknown option'),
  mistake(9, 'Relu(3, units=4)', 'Relu(3, units=4) ⟵ unknown option'),
  // Values.
  mistake(
    38,
    'Input(8,8,3) >> Convolution(3,3,16,  stride=-1, padding=same)',
    '… >> Convolution(3,3,16, stride=-1, ⟵ not a value for stride',
  ),
  mistake(21, 'Convolution(3,3,16, dilation=[1,0])', 'Convolution(3,3,16, dilation=[1,0]) ⟵ not a value for dilation'),
  mistake(21, 'Convolution(3,3,16, groups=3)', 'Convolution(3,3,16, groups=3) ⟵ not a value for groups'),
  mistake(13, 'Input(3) >> Convolution(3,3,0)', '… >> Convolution(3,3,0) ⟵ Convolution does not take these arguments'),
  mistake(1, 'Input(-4)', 'Input(-4) ⟵ Input does not take these arguments'),
  mistake(1, 'Relu(0) >> Tanh', 'Relu(0) ⟵ Relu does not take these arguments'),
  mistake(1, 'Relu(2.5)', 'Relu(2.5) ⟵ Relu does not take these arguments'),
  mistake(1, 'ZeroPadding(1,2,3,4)', 'ZeroPadding(1,2,3,4) ⟵ ZeroPadding does not take these arguments'),
  mistake(13, 'Input(3) >> Dropout(1)', '… >> Dropout(1) ⟵ Dropout does not take these arguments'),
  mistake(1, 'DropBlock(1.5, 3)', 'DropBlock(1.5, 3) ⟵ DropBlock does not take these arguments'),
  mistake(11, 'BatchNorm(alpha=2)', 'BatchNorm(alpha=2) ⟵ not a value for alpha'),
  mistake(
    37,
    'BatchNorm(running=inverseDeviation, runningVariance=2)',
    'BatchNorm(running=inverseDeviation, runningVariance=2) ⟵ not a value for runningVariance',
  ),
  mistake(11, 'BatchNorm(runningInvStd=2)', 'BatchNorm(runningInvStd=2) ⟵ not a value for runningInvStd'),
  mistake(11, 'BatchNorm(epsilon=-0.1)', 'BatchNorm(epsilon=-0.1) ⟵ not a value for epsilon'),
  mistake(11, 'LayerNorm(axes=[0])', 'LayerNorm(axes=[0]) ⟵ not a value for axes'),
  mistake(11, 'LayerNorm(axes=[1,1])', 'LayerNorm(axes=[1,1]) ⟵ not a value for axes'),
  mistake(20, 'PositionalEncoding(base=1)', 'PositionalEncoding(base=1) ⟵ not a value for base'),
  mistake(19, 'LocalResponseNorm(depthRadius=-1)', 'LocalResponseNorm(depthRadius=-1) ⟵ not a value for depthRadius'),
  mistake(1, 'Reshape(-1, 2, -1)', 'Reshape(-1, 2, -1) ⟵ Reshape does not take these arguments'),
  mistake(1, 'Transpose(0, -1)', 'Transpose(0, -1) ⟵ Transpose does not take these arguments'),
  mistake(9, 'Relu(2, weight=[[1],[2,3]])', 'Relu(2, weight=[[1],[2,3]]) ⟵ not a value for weight'),
  mistake(9, 'Relu(2, weight=same)', 'Relu(2, weight=same) ⟵ not a value for weight'),
  mistake(9, 'Relu(2, name=a{}-{})', 'Relu(2, name=a{}-{}) ⟵ not a value for name'),
  mistake(9, 'Relu(2, name=a{x})', 'Relu(2, name=a{x}) ⟵ not a value for name'),
  mistake(17, 'Relu(2, bias=0, name=null)', 'Relu(2, bias=0, name=null) ⟵ not a value for name'),
  mistake(12, 'Relu(3) >> repeat(Relu(3), -2)', '… >> repeat(Relu(3), -2) ⟵ repeat does not take these arguments'),
  mistake(1, "shared('a{}', Relu(3))", "shared('a{}', Relu(3)) ⟵ shared does not take these arguments"),
  mistake(1, "block('', Relu(3))", "block('', Relu(3)) ⟵ block does not take these arguments"),
  mistake(
    23,
    'SpectralNorm(Relu(3), iterations=0)',
    'SpectralNorm(Relu(3), iterations=0) ⟵ not a value for iterations',
  ),
  mistake(21, 'WeightNorm(Relu(3), weights=[])', 'WeightNorm(Relu(3), weights=[]) ⟵ not a value for weights'),
  // Initializers.
  mistake(
    9,
    'Relu(3, weight=heNormal(gain=0))',
    'Relu(3, weight=heNormal(gain=0)) ⟵ heNormal does not take these arguments',
  ),
  mistake(
    9,
    'Relu(3, weight=heNrmal(gain=2))',
    'Relu(3, weight=heNrmal(gain=2)) ⟵ unknown initializer; did you mean heNormal?',
  ),
  mistake(
    9,
    'Relu(3, weight=heNormal(gain=2, x=3))',
    'Relu(3, weight=heNormal(gain=2, x=3)) ⟵ heNormal does not take these arguments',
  ),
  mistake(9, 'Relu(3, weight=uniform(1,2))', 'Relu(3, weight=uniform(1,2)) ⟵ uniform does not take these arguments'),
  // Functions.
  mistake(
    13,
    'Input(3) >> Lambda(square) >> Relu(3)',
    '… >> Lambda(square) ⟵ a function has no text: give the layer a name, as in net(text, { square: Lambda((ops, x) => ops.square(x)) })',
  ),
  // What takes layers.
  mistake(20, 'Input(4) >> shared(enc, Relu(5))', '… (enc, ⟵ unknown layer; did you mean end?'),
  mistake(13, "Input(4) >> shared('enc')", "… >> shared('enc') ⟵ shared does not take these arguments"),
  mistake(33, "Input(4) >> shared('enc', Relu, Rellu)", '… Rellu) ⟵ unknown layer; did you mean Relu?'),
  mistake(19, 'residual(Relu(4), merge=max)', 'residual(Relu(4), merge=max) ⟵ not a value for merge'),
  mistake(19, 'residual(Relu(4), skip=Relu)', 'residual(Relu(4), skip=Rel ⟵ unknown option'),
  mistake(28, 'residual(Relu(4), shortcut=Tahn)', '… Tahn) ⟵ unknown layer; did you mean Tanh?'),
  mistake(27, 'residual(Relu(4), name=r, name=s)', 'residual(Relu(4), name=r, name=s) ⟵ given twice'),
  // What does not fit together.
  mistake(
    25,
    'Input(10) >> Relu(5) >> Convolution(3,3,16) >> Tanh',
    '… >> Convolution(3,3,16) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 5). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  ),
  mistake(
    45,
    'Input(4) >> (Relu(4) | Relu(5) >> Tanh) >>  Elementwise >> Softmax(3)',
    '… >> Elementwise ⟵ Elementwise expects inputs of one shape, got [(?, 4), (?, 5)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does.',
  ),
  mistake(
    61,
    'Input(4, 4) >> (Relu | Transpose(0,2,1) >> Reshape(2,8)) >> Concatenate(1)',
    '… >> Concatenate(1) ⟵ Concatenate expects inputs that differ over axis 1 only, got [(?, 4, 4), (?, 2, 8)]. Bring the other dimensions of the branches to one size.',
  ),
  mistake(
    59,
    'Input(4) >> (Softmax(2) | Tanh(4) | Relu(4) | Tanh(4)) >> GatedAverage >> Relu(3)',
    '… >> GatedAverage ⟵ GatedAverage expects a gate [batch, 3], a column for each of the other inputs, got (?, 2). End the gate with Softmax(3).',
  ),
  mistake(
    40,
    'Input(4) >> Relu(3, name=a) >> Tanh >> Relu(3, name=a) * 1 >> Tanh',
    "… >> Relu(3, name=a) * 1 ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    40,
    'Input(4) >> (Relu(3, name=a) >> Tanh | Relu(3, name=a) | Tanh) >> Concatenate',
    "… | Relu(3, name=a) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    35,
    'Relu(3, name=a) >> Tanh(4) * 2 >> (Tanh | Relu(3, name=a))',
    "… >> (Tanh | Relu(3, name=a)) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    17,
    'Relu(3, name=a) * 2 * 3',
    "Relu(3, name=a) * 2 ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    30,
    '(Relu(3) >> Embedding(4, 5)) * 2 >> Relu(3)',
    '(Relu(3) >> Embedding(4, 5)) * 2 ⟵ Relu expects a 2-dimensional input [batch, features], got (?, 3, 5). Put Reshape() before it, or apply it to every step with TimeDistributed.',
  ),
  mistake(
    13,
    'Input(8) >> join(Relu(3), Convolution(3,3,1)) >> Tanh',
    '… >> join(Relu(3), Convolution(3,3,1)) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  ),
  mistake(
    1,
    'parallel(Relu(3, name=a), Tanh, Relu(4, name=a))',
    "parallel(Relu(3, name=a), Tanh, Relu(4, name=a)) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    13,
    'Input(4) >> residual(Relu(8, name=a), shortcut=Tanh(8, name=a))',
    "… >> residual(Relu(8, name=a), shortcut=Tanh(8, name=a)) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  mistake(
    13,
    'Input(4) >> residual(Relu(8), shortcut=Tanh(9)) >> Tanh',
    '… >> residual(Relu(8), shortcut=Tanh(9)) ⟵ Elementwise expects inputs of one shape, got [(?, 9), (?, 8)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does.',
  ),
  mistake(
    1,
    'PRelu(3, alphaAxes=[1,2]) >> Tanh',
    'PRelu(3, alphaAxes=[1,2]) ⟵ PRelu expects an output with the different axes 1, 2 beside the batch, got (?, 3). Choose alphaAxes from 1 to 1.',
  ),
  mistake(
    20,
    'Relu(3) >> (Tanh | PRelu(3, alphaAxes=[1,2])) >> Elementwise',
    '… | PRelu(3, alphaAxes=[1,2])) ⟵ PRelu expects an output with the different axes 1, 2 beside the batch, got (?, 3). Choose alphaAxes from 1 to 1.',
  ),
  mistake(
    17,
    "Input(4,4,4) >> TimeDistributed(block('b{}', Relu(4) >> Tanh))",
    "… >> TimeDistributed(block('b{}', Relu(4) >> Tanh)) ⟵ TimeDistributed > b{} > Relu expects a 2-dimensional input [batch, features], got (?, 4, 4). Put Reshape() before that layer, within TimeDistributed, or apply TimeDistributed twice, for two axes of steps.",
  ),
  mistake(
    17,
    "Input(4,4,4) >> block('outer', block('b{}', Tanh >> Relu(4))) * 1",
    "… >> block('outer', block('b{}', Tanh >> Relu(4))) * 1 ⟵ outer > b{} > Relu expects a 2-dimensional input [batch, features], got (?, 4, 4, 4). Put Reshape() before it, or apply it to every step with TimeDistributed.",
  ),
  mistake(
    26,
    '(Input(3) | Input(4)) >> (Relu(3) | Tanh | Relu) >> Concatenate',
    '… >> (Relu(3) | Tanh | Relu) ⟵ Parallel expects one input, or one for each of the 3 branches, got [(?, 3), (?, 4)]. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).',
  ),
  mistake(
    26,
    '(Input(3) | Input(4)) >> Convolution(3,3,2)',
    '… >> Convolution(3,3,2) ⟵ Convolution expects one input, got [(?, 3), (?, 4)]. Put Concatenate() or Elementwise() before it.',
  ),
  mistake(
    13,
    'Input(4) >> Convolution(3,3,16, padding=same, stride=[2, 2], dilation=1, weight=heNormal(gain=2), bias=constant(0), name=first) >> Relu',
    '… >> Convolution(3,3,16, padding=same, stride=[2, 2], dilation=1,… ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 4). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  ),
  {
    text: 'Input(4) # four\n  >> Relu(3)\n  >> Reshape(2, 2)',
    line: 3,
    column: 6,
    quoted:
      '… >> Reshape(2, 2) ⟵ Reshape expects an input whose 3 features fit into (2, 2), got (?, 3). Use dimensions whose product divides the number of features, or -1 for the rest.',
  },
  mistake(
    26,
    '(Input(3) | Input(4)) >> Relu(5)',
    '… >> Relu(5) ⟵ Relu expects one input, got [(?, 3), (?, 4)]. Put Concatenate() or Elementwise() before it.',
  ),
  // Within brackets.
  mistake(
    44,
    'Input(4) >> (Tanh | Relu(8) >> (Relu(3) >> Convolution(3,3,2)) | Elu) >> Concatenate',
    '… >> Convolution(3,3,2)) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  ),
  mistake(
    53,
    'Input(8, 8, 3) >> ((Relu) >> (Convolution(3,3,2) >> Relu(5))) >> Tanh',
    '… >> Relu(5))) ⟵ Relu expects a 2-dimensional input [batch, features], got (?, ?, ?, 2). Put Reshape() before it, or apply it to every step with TimeDistributed.',
  ),
  mistake(
    42,
    '(Input(3) | Input(8,8,1)) >> (Relu(3) | (Convolution(9,9,2) >> Reshape) ) >> Concatenate',
    "… (Convolution(9,9,2) ⟵ Convolution expects an input of at least 9 rows and 9 columns, padding included, got (?, 8, 8, 1). Use a smaller window, less dilation, or padding: 'same'.",
  ),
  mistake(
    42,
    'Input(8) >> (Relu(4) >> Embedding(2, 3)) * 2 >> Reshape',
    '… >> (Relu(4) >> Embedding(2, 3)) * 2 ⟵ Relu expects a 2-dimensional input [batch, features], got (?, 4, 3). Put Reshape() before it, or apply it to every step with TimeDistributed.',
  ),
  mistake(
    36,
    "Input(8) >> (block('b', Relu(4) >> Convolution(3,3,1)) | Tanh) >> Concatenate",
    '… >> Convolution(3,3,1)) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 4). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  ),
  mistake(
    56,
    'Input(4) >> (Relu(3, name=a) | Tanh) >> Concatenate >> (Relu >> Relu(4, name=a))',
    "… >> (Relu >> Relu(4, name=a)) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.",
  ),
  {
    text: 'Relu(3) >> (Tanh >> # within\n  (Relu | Convolution(3,3,1)))',
    line: 2,
    column: 11,
    quoted:
      '… | Convolution(3,3,1))) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
  },
  mistake(
    26,
    '(Input(3) | Input(4)) >> (Relu(3) | Convolution(3,3,2) | Relu) >> Concatenate',
    '… >> (Relu(3) | Convolution(3,3,2) | Relu) ⟵ Parallel expects one input, or one for each of the 3 branches, got [(?, 3), (?, 4)]. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).',
  ),
  mistake(
    15,
    'Input(10) >> (Input(8,8,3) >> (Relu | Tanh))',
    '… (Input(8,8,3) ⟵ Input expects (?, 8, 8, 3), got (?, 10). Remove this Input, or change its shape.',
  ),
  // Over several lines, and beside comments.
  {
    text: 'Input(10) # begins\n  >> Relu(5) // then\n  >> Tahn(5)\n  >> Softmax(3)',
    line: 3,
    column: 6,
    quoted: '… >> Tahn(5) ⟵ unknown layer; did you mean Tanh?',
  },
  {
    text: "Input(10, name='(a\\'s)') >>\n  Relu(5, name='it\\'s [a]', bais=0) // bias",
    line: 2,
    column: 29,
    quoted: "… >> Relu(5, name='it's [a]', bais=0) ⟵ unknown option; did you mean bias?",
  },
  { text: 'Input(10) >>\n  Relu(5) >> # then', line: 2, column: 20, quoted: '… >> ⟵ a layer is missing' },
  { text: 'Input(10)\n>> Relu(8))', line: 2, column: 11, quoted: "… >> Relu(8)) ⟵ ')' without '('" },
  { text: '\n\nTahn(5)', line: 3, column: 1, quoted: 'Tahn(5) ⟵ unknown layer; did you mean Tanh?' },
  {
    text: `Input(4)\n  ${'>> Relu(8) '.repeat(100)}>> Tahn(5)`,
    line: 2,
    column: 1106,
    quoted: '… >> Tahn(5) ⟵ unknown layer; did you mean Tanh?',
  },
  {
    text: `${'Input(4) >>\n'.repeat(60)}Tahn(5)`,
    line: 61,
    column: 1,
    quoted: '… >> Tahn(5) ⟵ unknown layer; did you mean Tanh?',
  },
  {
    text: "Input(4) # it's\n >> Relu(3, name='abcd\n >> b)",
    line: 2,
    column: 18,
    quoted: "… 'abc ⟵ the text in quotes is not closed",
  },
  {
    text: "Input(10)\n  >> Relu(\n    5,\n    name='a, b', # its name\n    bais=0\n  )",
    line: 5,
    column: 5,
    quoted: "… >> Relu( 5, name='a, b', bais=0 ⟵ unknown option; did you mean bias?",
  },
]
