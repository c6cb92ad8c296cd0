#!/bin/bash
# hardening.sh PROGRAM...: says what a built program lacks of what the hardened build promises; exit status 1 if anything.
#
# That code begins with endbr64 is looked for in our own main(): the note that tells the kernel so is on a program only
# when the C library has it too, and Debian 12's has not.

export LC_ALL=C
lacking=0
lacks() {
  echo "$program: $1"
  lacking=1
}

for program; do
  headers=$(readelf -hlWd "$program") || exit 1
  # Into variables first: grep -q would end a pipe early.
  symbols=$(nm "$program" 2>/dev/null; nm -D "$program" 2>/dev/null)
  grep -q 'Type: *DYN (Position-Independent' <<<"$headers" || lacks "is not position-independent"
  grep -q 'FLAGS_1.*PIE' <<<"$headers" || lacks "is not marked as position-independent"
  grep -q 'GNU_RELRO' <<<"$headers" || lacks "has no RELRO segment"
  grep -q 'BIND_NOW\|FLAGS_1.*NOW' <<<"$headers" || lacks "does not bind at start"
  grep -q 'GNU_STACK.* RW ' <<<"$headers" || lacks "has an executable stack"
  grep -q ' RWE ' <<<"$headers" && lacks "has memory that can be written and executed"
  grep -q '__stack_chk_fail' <<<"$symbols" || lacks "has no stack protector"
  grep -q '__[a-z]*_chk' <<<"$symbols" || lacks "has no checked C functions (_FORTIFY_SOURCE)"
  grep -q '_ZSt21__glibcxx_assert_fail' <<<"$symbols" || lacks "does not check the C++ library's assertions"
  [ "$(uname -m)" = x86_64 ] || continue
  code=$(objdump -d --no-show-raw-insn --disassemble=main "$program")
  grep -A1 '<main>:' <<<"$code" | grep -q endbr64 || lacks "does not mark where jumps may land (-fcf-protection)"
done
exit $lacking
