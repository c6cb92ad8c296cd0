#pragma once

#include <cstddef>

#include <sys/types.h>

namespace pulse::process {

/// Lets this process have as many descriptors as it may (setrlimit(2): its soft limit becomes the hard one);
/// returns how many. The programs that Child starts from now on get back the limit we had: one that uses
/// select(2) breaks with more than it knows.
[[nodiscard]] std::size_t raise_descriptor_limit();

/// Gives `child` the limit that we had before it was raised.
void give_back_descriptor_limit(pid_t child);

}  // namespace pulse::process
