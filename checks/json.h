/// The JSON of replies: simdjson, with the one warning off that its inlined code draws.
///
/// Our own documents are nlohmann::json; this is for what servers send, by the megabyte.
#pragma once

// g++ 12 sees null pointers in the library's inlined code that are none.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include <simdjson.h>
#pragma GCC diagnostic pop
