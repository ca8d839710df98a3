# Warnings are errors in dev builds only, so that a newer compiler never breaks a user's build.
set(CANARYGATE_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align
    -Wnon-virtual-dtor -Woverloaded-virtual -Wdouble-promotion -Wformat=2
    -Wimplicit-fallthrough)
if(CANARYGATE_WERROR)
  list(APPEND CANARYGATE_WARNINGS -Werror)
endif()
