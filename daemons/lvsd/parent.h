#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/director/drain.h"
#include "pulse/process/channel.h"

namespace pulse::lvsd {

/// What lvsd does when its parent says so.
class Obedient {
  public:
    virtual ~Obedient() = default;
    virtual void use(config::Config config) = 0;
    virtual void use(director::Drains drains) = 0;
    /// Has nothing held against the real servers that this means; says whom that concerned.
    virtual Result<std::string> forgive(const std::string& servers) = 0;
    /// The page of real servers that begins with this number (director::page_of).
    virtual boost::asio::awaitable<Fields> servers(std::size_t from) = 0;
    virtual void stop(bool leave_table) = 0;
    /// The parent died.
    virtual void abandoned() = 0;

  protected:
    Obedient() = default;
    Obedient(const Obedient&) = default;
    Obedient& operator=(const Obedient&) = default;
    Obedient(Obedient&&) = default;
    Obedient& operator=(Obedient&&) = default;
};

/// What lvsd runs with.
struct Orders {
    config::Config config;
    director::Drains drains;
};

/// What pulse sends right after it has started us.
[[nodiscard]] Result<Orders> first_orders(int channel);

/// The pulse that started this lvsd: hears what it wants, in the order it says it, and answers.
///
/// `config=ID` and `drained=ID` come with a sealed text, that of an lvs.cf without names and the list of
/// drained servers; `servers=ID` with `from=`, `forgive=ID` with `of=`. `alive=ID` wants an answer, with the
/// ids of the two texts in use. `stop=ID` is the last that is heard.
class Parent {
  public:
    /// The ids of what comes right after the start, in this order.
    static constexpr auto first_config = "1";
    static constexpr auto first_drains = "2";

    Parent(boost::asio::io_context& context, runtime::UniqueFd channel, Obedient& lvsd)
        : context_(context), channel_(context.get_executor(), std::move(channel)), lvsd_(lvsd) {}

    void start();

    void tell(const Fields& message);

    /// The end has begun: nothing is obeyed any more.
    void go_deaf() { deaf_ = true; }

  private:
    boost::asio::awaitable<void> hear();
    boost::asio::awaitable<void> use_config(std::string id, runtime::UniqueFd text);
    void use_drains(std::string id, const runtime::UniqueFd& text);
    boost::asio::awaitable<void> show_servers(std::string id, std::size_t from);
    void answer(std::string id, const Result<std::string>& done);
    void refuse(std::string id, const Error& error);

    boost::asio::io_context& context_;
    process::Channel channel_;
    Obedient& lvsd_;
    std::string config_in_use_ = first_config;
    std::string drains_in_use_ = first_drains;
    bool deaf_ = false;
};

}  // namespace pulse::lvsd
