#include "pulse/process/account.h"

#include <cstdio>

#include <pwd.h>

namespace pulse::process {

std::string account_name(uid_t uid) {
    auto name = std::to_string(uid);
    auto* file = std::fopen("/etc/passwd", "re");
    if (file == nullptr) return name;
    while (const passwd* line = ::fgetpwent(file)) {
        if (line->pw_uid != uid) continue;
        name = line->pw_name;
        break;
    }
    (void)std::fclose(file);
    return name;
}

}  // namespace pulse::process
