// Unpacks the program of the finished page, which xtask sorts and packs: a third fewer bytes than a
// server's own compression.

// LZMA, after the specification that comes with 7-Zip's LZMA SDK.
const expand = (packed) => {
  const [properties] = packed;
  const literalContext = properties % 9;
  const literalMask = (1 << ((properties / 9) | 0) % 5) - 1;
  const positionMask = (1 << ((properties / 45) | 0)) - 1;
  const out = new Uint8Array(new DataView(packed.buffer, packed.byteOffset).getUint32(5, true));
  const odds = (count) => new Uint16Array(count).fill(1024);

  // The range decoder. The first of its five bytes is 0.
  let range = 0xffffffff;
  let code = 0;
  let at = 14;
  while (at < 18) code = (code << 8) | packed[at++];
  code >>>= 0;
  const bit = (table, place) => {
    const chance = table[place];
    const bound = (range >>> 11) * chance;
    let one = 0;
    if (code < bound) {
      range = bound;
      table[place] = chance + ((2048 - chance) >> 5);
    } else {
      range -= bound;
      code -= bound;
      table[place] = chance - (chance >> 5);
      one = 1;
    }
    if (range < 0x1000000) {
      range *= 256;
      code = code * 256 + packed[at++];
    }
    return one;
  };
  const direct = (count) => {
    let value = 0;
    for (; count; count--) {
      range = range >>> 1;
      const one = code >= range ? 1 : 0;
      if (one) code -= range;
      if (range < 0x1000000) {
        range *= 256;
        code = code * 256 + packed[at++];
      }
      value = value * 2 + one;
    }
    return value;
  };
  // Numbers of `count` bits by a tree of odds: the highest bit first, or the lowest.
  const tree = (table, base, count) => {
    let node = 1;
    for (let left = count; left; left--) node = (node << 1) | bit(table, base + node);
    return node - (1 << count);
  };
  const reversed = (table, base, count) => {
    let node = 1;
    let value = 0;
    for (let place = 0; place < count; place++) {
      const one = bit(table, base + node);
      node = (node << 1) | one;
      value |= one << place;
    }
    return value;
  };
  const lengths = () => ({ choice: odds(2), low: odds(128), middle: odds(128), high: odds(256) });
  const length = (coder, position) => {
    if (!bit(coder.choice, 0)) return tree(coder.low, position << 3, 3);
    if (!bit(coder.choice, 1)) return 8 + tree(coder.middle, position << 3, 3);
    return 16 + tree(coder.high, 0, 8);
  };

  const literals = odds(0x300 << (literalContext + ((properties / 9) | 0) % 5));
  const isMatch = odds(12 << 4);
  const isRepeat = odds(12);
  const isLater = odds(12);
  const isThird = odds(12);
  const isFourth = odds(12);
  const isLong = odds(12 << 4);
  const slots = odds(4 << 6);
  const special = odds(128);
  const aligned = odds(16);
  const matchLengths = lengths();
  const repeatLengths = lengths();
  let state = 0;
  let [one, two, three, four] = [0, 0, 0, 0];
  let done = 0;
  while (done < out.length) {
    const position = done & positionMask;
    if (!bit(isMatch, (state << 4) + position)) {
      const before = done ? out[done - 1] : 0;
      const context = ((done & literalMask) << literalContext) + (before >> (8 - literalContext));
      const base = 0x300 * context;
      let symbol = 1;
      if (state > 6) {
        let matched = out[done - one - 1];
        while (symbol < 0x100) {
          const expected = (matched >> 7) & 1;
          matched <<= 1;
          const got = bit(literals, base + ((1 + expected) << 8) + symbol);
          symbol = (symbol << 1) | got;
          if (got !== expected) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(literals, base + symbol);
      out[done++] = symbol;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let count;
    if (bit(isRepeat, state)) {
      if (!bit(isLater, state)) {
        if (!bit(isLong, (state << 4) + position)) {
          state = state < 7 ? 9 : 11;
          out[done] = out[done - one - 1];
          done++;
          continue;
        }
      } else if (!bit(isThird, state)) [one, two] = [two, one];
      else if (!bit(isFourth, state)) [one, two, three] = [three, one, two];
      else [one, two, three, four] = [four, one, two, three];
      count = length(repeatLengths, position);
      state = state < 7 ? 8 : 11;
    } else {
      [two, three, four] = [one, two, three];
      count = length(matchLengths, position);
      state = state < 7 ? 7 : 10;
      one = tree(slots, Math.min(count, 3) << 6, 6);
      if (one > 3) {
        const bits = (one >> 1) - 1;
        const first = (2 | (one & 1)) << bits;
        one = first + (one < 14
          ? reversed(special, first - one, bits)
          : direct(bits - 4) * 16 + reversed(aligned, 0, 4));
      }
    }
    for (count += 2; count; count--) {
      out[done] = out[done - one - 1];
      done++;
    }
  }
  return out;
};

// Makes the program from its streams, which `xtask/src/pack/streams.rs` describes.
const weave = (sorted) => {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = sorted[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const out = new Uint8Array(number());
  let done = 0;
  const lengths = Array.from({ length: 1289 }, number);
  const places = lengths.map((length) => (at += length) - length);
  const [head, tail, locals, operations, calls, branches, fractions, offsets, , next] = lengths.keys();
  const bytes = (stream, count) => {
    while (count--) out[done++] = sorted[places[stream]++];
  };
  // Moves numbers; the value of the last.
  const move = (stream, count = 1) => {
    let value = 0;
    while (count--) {
      value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = (out[done++] = sorted[places[stream]++]);
        value |= (byte & 127) << shift;
        if (byte < 128) break;
      }
    }
    return value;
  };
  const beforeNext = (kind) => move(next + 256 * kind + sorted[places[operations]]);
  const body = () => {
    move(locals, 2 * move(locals));
    for (let depth = 1; depth;) {
      const operation = (out[done++] = sorted[places[operations]++]);
      if (operation > 1 && operation < 5) {
        move(operations);
        depth++;
      } else if (operation === 0x0b) depth--;
      else if (operation === 0x0c || operation === 0x0d) move(branches);
      else if (operation === 0x0e) move(branches, move(branches) + 1);
      else if (operation === 0x10) move(calls);
      else if (operation === 0x11) move(operations, 2);
      else if (operation === 0x1c) move(operations, move(operations));
      else if (operation > 0x1f && operation < 0x23) beforeNext(operation - 0x20);
      else if (operation > 0x27 && operation < 0x3f) {
        move(operations);
        move(offsets + (operation > 0x35));
      } else if (operation === 0x41 || operation === 0x42) beforeNext(operation - 0x41 + 3);
      else if (operation === 0x43) bytes(fractions, 4);
      else if (operation === 0x44) bytes(fractions, 8);
      else if (operation === 0xfc) move(operations, ownNumbers[move(operations)]);
      else if (oneNumber.has(operation)) move(operations);
    }
  };
  bytes(head, lengths[head]);
  const end = places[operations];
  while (places[locals] < end) {
    const start = done;
    body();
    // Its length comes before it.
    let length = done - start;
    const digits = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : 4;
    out.copyWithin(start + digits, start, done);
    done += digits;
    for (let place = start; place < start + digits; place++, length >>= 7) {
      out[place] = (length & 127) | (place < start + digits - 1 ? 128 : 0);
    }
  }
  bytes(tail, lengths[tail]);
  return out;
};

// How many numbers follow an operation of two bytes, by the second; and which operations of one byte
// are followed by one number that has no stream of its own.
const ownNumbers = [...Array(8).fill(0), 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
const oneNumber = new Set([0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0xd0, 0xd2]);

export const unpack = (packed) => weave(expand(packed));
