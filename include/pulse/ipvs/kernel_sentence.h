#pragma once

#include <string>

namespace pulse::ipvs {

/// What a request to the kernel was about; one errno means different things for each.
enum class Subject { service, server, daemon, table };

/// What ipvsadm prints when the kernel refuses: scripts match these sentences. The system's own text for an
/// errno ipvsadm has no sentence for.
[[nodiscard]] std::string kernel_sentence(int error_number, Subject subject);

}  // namespace pulse::ipvs
