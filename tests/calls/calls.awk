# SPDX-License-Identifier: BSL-1.0
# tests/calls/calls.awk: reads `objdump -drC` and prints the calls, and the jumps to other functions, inside those whose
# name matches FUNCTIONS (environment), unless the callee matches ALLOWED. Code that the compiler moved out of the way as
# cold does not count.
function report(text) { if (!told[name]++) print name; print "  " text; wrong++ }
/^[0-9a-f]+ <.*>:$/ {
  name = $0; sub(/^[0-9a-f]+ </, "", name); sub(/>:$/, "", name)
  inside = name ~ ENVIRON["FUNCTIONS"] && name !~ /\[clone \.cold[^]]*\]|\.cold(\.[0-9]+)?$/
  functions += inside; jump = ""; next
}
!inside { next }
call != "" {  # the line after a call names the callee, if it is known
  if (!(/R_X86_64_/ && ENVIRON["ALLOWED"] != "" && $0 ~ ENVIRON["ALLOWED"])) report(call)
  call = ""
}
/^[ \t]+[0-9a-f]+:[ \t]+(notrack |bnd )?call/ { jump = ""; call = $0; next }
/^[ \t]+[0-9a-f]+:[ \t]+(notrack |bnd )?j/ { jump = $0; next }
/R_X86_64_/ {  # whom the instruction above names
  if (jump != "" && /R_X86_64_(PLT32|GOTPCREL)/) report(jump " (leaves the function)")
  if (told[name]) print "      " $NF
  next
}
{ jump = "" }
END {
  print functions + 0, "functions,", wrong + 0, "calls"
  exit functions == 0 || wrong > 0
}
