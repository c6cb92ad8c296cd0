// What tests/blocking/check must find: this is not compiled. A comment that says flock(2) is no call.
void Router::reload() {
    if (::flock(lock_, LOCK_EX) != 0) log::error("flock(lock) fails");
    (void)getaddrinfo("a", nullptr, nullptr, nullptr);
    if (::getaddrinfo("b", nullptr, nullptr, nullptr) == 0) return;
    a.open(Server::open(path));
}
