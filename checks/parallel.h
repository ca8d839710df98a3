/// Independent pieces of one long computation shared between cores. The only place of the program
/// that starts threads; they are gone when it returns, so that nothing else need think of them.
#pragma once

#include <cstddef>
#include <functional>

namespace canarygate {

/// How many cores are worth using: those there are, four at most.
[[nodiscard]] std::size_t usable_cores();

/// work(0) to work(count - 1), each once, up to `cores` of them at a time and in any order: each
/// must write to a place of its own. An exception is thrown on once all that had begun have ended.
void for_each_index(std::size_t count, std::size_t cores,
                    const std::function<void(std::size_t)>& work);

}  // namespace canarygate
