#include "checks/memory.h"

#include <malloc.h>

namespace canarygate {

void keep_freed_memory() {
  constexpr int kMost = 32 << 20;  // no larger threshold is taken
  constexpr int kLarge = 1 << 30;
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, kMost));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, kLarge));
}

}  // namespace canarygate
