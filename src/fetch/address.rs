//! Which computer an address names, and whether that is one of the outside.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// A computer that would be asked, and for how many pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// As in the addresses, with its port where one is written.
    pub name: String,
    pub n_pictures: usize,
    /// By its name it stands in the person's own network, or is this computer.
    pub is_near: bool,
}

/// Computers that addresses name, most pictures first. What is no address counts for none.
pub fn hosts<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Vec<Host> {
    let mut counts: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for url in addresses.into_iter().filter_map(parsed) {
        counts.entry(authority(&url)).or_insert((0, is_near(&url))).0 += 1;
    }
    let mut hosts: Vec<Host> =
        counts.into_iter().map(|(name, (n_pictures, is_near))| Host { name, n_pictures, is_near }).collect();
    hosts.sort_by_key(|host| std::cmp::Reverse(host.n_pictures));
    hosts
}

/// Whether this is an address to ask for, not a file name.
pub fn is_on_the_web(address: &str) -> bool {
    parsed(address).is_some()
}

/// The address as it is asked for: `//shop/…` is read as `https`, and what carries a password is none.
pub(super) fn parsed(address: &str) -> Option<Url> {
    let address = address.trim();
    let url = match address.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")),
        None => Url::parse(address),
    };
    url.ok().filter(|url| {
        is_web(url) && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()
    })
}

pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Host and, where one is written, port.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The host without `www.`, which shops put before their name or leave away as they please.
pub(super) fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// True for numbers of private networks and of this computer, and for names that only a local network knows.
pub(super) fn is_near(url: &Url) -> bool {
    match url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']')) {
        None => true,
        Some(host) => host.parse().map_or_else(|_| is_near_name(host), |number: IpAddr| !is_public(number)),
    }
}

pub(super) fn is_near_name(name: &str) -> bool {
    const NEAR: [&str; 7] = ["localhost", "local", "internal", "lan", "home", "corp", "intranet"];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    match name.rsplit_once('.') {
        None => true,
        Some((_, last)) => NEAR.contains(&last) || name.ends_with(".home.arpa"),
    }
}

/// Whether a number belongs to a computer of the open internet: the special ranges of RFC 6890 do not.
pub fn is_public(number: IpAddr) -> bool {
    match number {
        IpAddr::V4(number) => is_public_v4(number),
        IpAddr::V6(number) => is_public_v6(number),
    }
}

fn is_public_v4(number: Ipv4Addr) -> bool {
    let [a, b, c, _] = number.octets();
    let special = matches!(a, 0 | 10 | 127 | 224..)
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && (b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99)))
        || (a == 198 && ((b == 18 || b == 19) || (b == 51 && c == 100)))
        || (a == 203 && b == 0 && c == 113);
    !special
}

/// Only 2000::/3 is handed out, and some of it leads back to IPv4 numbers or nowhere.
fn is_public_v6(number: Ipv6Addr) -> bool {
    if let Some(inner) = number.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let parts = number.segments();
    let pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        // Translated (RFC 6052) and 6to4 (RFC 3056) numbers are as public as the number inside them.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(pair(high, low)),
        [0x2002, high, low, ..] => is_public_v4(pair(high, low)),
        // Teredo, benchmarks and documentation.
        [0x2001, 0 | 2 | 0x0db8, ..] => false,
        [first, ..] => (first & 0xe000) == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_asked_for_and_none_with_a_password() {
        for good in ["https://shop.example/a b.jpg", "//cdn.example/x.png?v=1", " http://shop.example/ "] {
            assert!(is_on_the_web(good), "{good}");
        }
        for bad in [
            "lamp.jpg",
            "ftp://shop.example/a.jpg",
            "file:///etc/passwd",
            "https://u:p@shop.example/a",
            "data:,x",
            "",
        ] {
            assert!(!is_on_the_web(bad), "{bad}");
        }
        assert_eq!(parsed("//cdn.example/a b.png").unwrap().as_str(), "https://cdn.example/a%20b.png");
    }

    #[test]
    fn hosts_are_counted_most_pictures_first_and_near_ones_are_told_apart() {
        let listed = hosts(["https://b.example/1", "http://10.0.0.7:81/x", "https://b.example/2", "nothing"]);
        let expected = [("b.example", 2, false), ("10.0.0.7:81", 1, true)];
        let found: Vec<_> =
            listed.iter().map(|host| (host.name.as_str(), host.n_pictures, host.is_near)).collect();
        assert_eq!(found, expected);
        for near in [
            "http://localhost/",
            "http://nas/",
            "http://printer.local/",
            "http://[::1]/",
            "http://[fd00::1]/",
        ] {
            assert!(is_near(&parsed(near).unwrap()), "{near}");
        }
        assert!(!is_near(&parsed("https://shop.example/").unwrap()));
    }

    #[test]
    fn numbers_of_private_networks_are_not_public_in_any_spelling() {
        for private in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
