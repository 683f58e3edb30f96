import { randomInt } from 'node:crypto'

/** Short, unlike each other, and without a meaning that anybody minds. */
const words =
  'amber anchor apple arrow autumn bamboo basil beacon birch breeze bridge bronze cactus candle canyon cedar cherry cliff clover cobalt copper coral cotton crystal dawn delta desert dove eagle ember falcon fern flint forest garden ginger glacier granite harbor hazel heron honey indigo island ivory jade juniper kite lagoon lantern lemon lily linen lotus magnet maple marble meadow mint nectar oasis ocean olive onyx opal orchid otter pebble pepper pine planet plum prairie quartz raven reef river rocket saffron sage sand sierra silver sparrow spruce summit sunset thistle timber topaz tulip tundra valley velvet violet walnut willow winter zephyr'.split(
    ' ',
  )

/** Four words that two people can compare: on the terminal and on the page. */
export const newVerificationCode = (pick: (below: number) => number = randomInt): string =>
  Array.from({ length: 4 }, () => words[pick(words.length)] ?? '').join('-')
