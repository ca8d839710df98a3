# Writes a C++ source with the style and the script of the HTML report in it, and the hash of each,
# by which the page's Content-Security-Policy allows just them.
#   cmake -DSTYLE=page.css -DSCRIPT=page.js -DOUT=assets.cpp -P embed.cmake

# CSP wants the hash in base64; CMake gives hexadecimal digits: three bytes are four characters.
function(base64_sha256 file result)
  file(SHA256 ${file} hex)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  string(APPEND hex "00")  # 32 bytes are ten threes and two: one zero byte, written as =
  foreach(at RANGE 0 60 6)
    string(SUBSTRING ${hex} ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND text ${character})
    endforeach()
  endforeach()
  string(REGEX REPLACE ".$" "=" text ${text})
  set(${result} ${text} PARENT_SCOPE)
endfunction()

file(READ ${STYLE} style)
file(READ ${SCRIPT} script)
base64_sha256(${STYLE} style_hash)
base64_sha256(${SCRIPT} script_hash)
file(WRITE ${OUT} "#include \"pipelines/reporters/html/assets.h\"

namespace canarygate::html {

const Assets& assets() {
  static const Assets kAssets{R\"embedded(${style})embedded\", \"${style_hash}\",
                              R\"embedded(${script})embedded\", \"${script_hash}\"};
  return kAssets;
}

}  // namespace canarygate::html
")
