#include "failover_order.h"

namespace pulse::daemon {

namespace {

using failover::Role;

constexpr auto not_ready = "the partner did not get ready: this router keeps the role";
constexpr auto not_given = "the partner has not given the role away";

bool partner_is_active(const failover::State& state) {
    if (!state.partner_alive) return false;
    return state.report ? state.report->standing == heartbeat::Standing::active : state.partner_claims;
}

}  // namespace

std::optional<Result<std::string>> outcome_of_order(bool had_role, const failover::State& state) {
    using Outcome = std::optional<Result<std::string>>;
    if (had_role && state.role == Role::standby) {
        if (!partner_is_active(state)) return std::nullopt;
        return Outcome("this router has let go; the partner has the role");
    }
    if (had_role) return state.handover ? std::nullopt : Outcome(fail(std::error_code(), not_ready));
    if (state.role == Role::active) return Outcome("this router has the role");
    if (state.role == Role::starting || state.wanting) return std::nullopt;
    return Outcome(fail(std::error_code(), not_given));
}

std::string undecided(bool had_role, const failover::State& state) {
    if (had_role)
        return state.role == Role::standby
                   ? "this router has let go, but the partner does not say that it has the role"
                   : not_ready;
    return state.role == Role::starting ? "this router has claimed the role, but lvsd is not ready yet"
                                        : not_given;
}

}  // namespace pulse::daemon
