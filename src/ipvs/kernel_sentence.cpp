#include "pulse/ipvs/kernel_sentence.h"

#include <cerrno>
#include <system_error>

namespace pulse::ipvs {

namespace {

std::string exists(Subject subject) {
    switch (subject) {
        case Subject::server:
            return "Destination already exists";
        case Subject::daemon:
            return "Daemon has already run";
        case Subject::service:
        case Subject::table:
            break;
    }
    return "Service already exists";
}

std::string no_such_process(Subject subject) {
    switch (subject) {
        case Subject::server:
            return "Service not defined";
        case Subject::daemon:
            return "No daemon is running";
        case Subject::service:
        case Subject::table:
            break;
    }
    return "No such service";
}

}  // namespace

std::string kernel_sentence(int error_number, Subject subject) {
    switch (error_number) {
        case EEXIST:
            return exists(subject);
        case ENOENT:
            return subject == Subject::server ? "No such destination"
                                              : "Scheduler or persistence engine not found";
        case ESRCH:
            return no_such_process(subject);
        case EPERM:
            return "Permission denied (you must be root)";
        case EINVAL:
            return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
        case ENOPROTOOPT:
            return "Protocol not available";
        case ENOMEM:
            return "Memory allocation problem";
        case EOPNOTSUPP:
            return "Operation not supported with IPv6";
        case EAFNOSUPPORT:
            return "Operation not supported with specified address family";
        case EMSGSIZE:
            return "Module is wrong version";
        default:
            return std::error_code(error_number, std::generic_category()).message();
    }
}

}  // namespace pulse::ipvs
