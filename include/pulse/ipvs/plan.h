#pragma once

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "pulse/ipvs/table.h"

namespace pulse::ipvs {

/// Equivalent to: ipvsadm -A
struct AddService {
    Service service;
    friend bool operator==(const AddService&, const AddService&) = default;
};
/// Equivalent to: ipvsadm -E
struct EditService {
    Service service;
    friend bool operator==(const EditService&, const EditService&) = default;
};
/// Equivalent to: ipvsadm -D; its servers go with it.
struct DeleteService {
    ServiceId id;
    friend bool operator==(const DeleteService&, const DeleteService&) = default;
};
/// Equivalent to: ipvsadm -a
struct AddDestination {
    ServiceId service;
    Destination destination;
    friend bool operator==(const AddDestination&, const AddDestination&) = default;
};
/// Equivalent to: ipvsadm -e
struct EditDestination {
    ServiceId service;
    Destination destination;
    friend bool operator==(const EditDestination&, const EditDestination&) = default;
};
/// Equivalent to: ipvsadm -d
struct DeleteDestination {
    ServiceId service;
    net::Endpoint endpoint;
    friend bool operator==(const DeleteDestination&, const DeleteDestination&) = default;
};

/// One change of the kernel's table.
using Step =
    std::variant<AddService, EditService, DeleteService, AddDestination, EditDestination, DeleteDestination>;

/// What a step does, for a log or an error: "add server 10.0.1.11:80 to TCP 10.0.0.10:80".
[[nodiscard]] std::string describe(const Step& step);

/// The same for a step that the kernel refused with `error_number` (errno), with what that means where the
/// errno alone would not tell.
[[nodiscard]] std::string refusal(const Step& step, int error_number);

/// The fewest steps that make `desired` of `actual`. What exists on both sides is edited, never removed and
/// added again, and what is equal is not touched, so connections survive. Servers join, or gain weight,
/// before others lose weight or leave: a service is never emptier in between than it must be.
[[nodiscard]] std::vector<Step> plan(const Table& actual, const Table& desired);

/// The part of `table` whose services are in `ids`: how foreign services are kept out of a plan.
[[nodiscard]] Table only(const Table& table, const std::set<ServiceId>& ids);

}  // namespace pulse::ipvs
