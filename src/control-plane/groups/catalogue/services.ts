// The services that can be blocked by name, and the domains that make each of them. A domain stands for everything below it. Only what a
// service has to itself stands here: domains that many share, such as those of clouds and content networks, would take others with them.

const DOMAINS = {
  amazon:
    'amazon.com amazon.ae amazon.ca amazon.cn amazon.co.jp amazon.co.uk amazon.co.za amazon.com.au amazon.com.be amazon.com.br ' +
    'amazon.com.mx amazon.com.tr amazon.de amazon.eg amazon.es amazon.fr amazon.ie amazon.in amazon.it amazon.nl amazon.pl ' +
    'amazon.sa amazon.se amazon.sg amzn.com amzn.eu amzn.to ssl-images-amazon.com',
  bluesky: 'bsky.app bsky.social bsky.network bsky.chat',
  chatgpt: 'chatgpt.com openai.com oaistatic.com oaiusercontent.com sora.com',
  discord:
    'discord.com discord.gg discord.gift discord.media discord.new discordapp.com discordapp.net discordstatus.com dis.gd',
  'disney-plus':
    'disneyplus.com disney-plus.net disneyplus.net disneystreaming.com dssott.com dssedge.com bamgrid.com bamtech.co',
  ebay:
    'ebay.com ebay.at ebay.be ebay.ca ebay.ch ebay.cn ebay.co.uk ebay.com.au ebay.com.hk ebay.com.my ebay.com.sg ebay.de ebay.es ' +
    'ebay.fr ebay.ie ebay.in ebay.it ebay.nl ebay.ph ebay.pl ebay.us ebayimg.com ebaystatic.com ebayrtm.com ebaydesc.com',
  facebook:
    'facebook.com facebook.net facebook.de fb.com fb.me fb.gg fb.watch fbcdn.net fbsbx.com fbpigeon.com tfbnw.net ' +
    'accountkit.com messenger.com m.me',
  fortnite: 'fortnite.com epicgames.com epicgames.dev',
  hulu: 'hulu.com huluim.com hulustream.com huluad.com huluqa.com',
  imgur: 'imgur.com imgur.io',
  instagram: 'instagram.com cdninstagram.com ig.me instagr.am threads.net threads.com',
  'league-of-legends':
    'leagueoflegends.com leagueoflegends.co.kr lolesports.com lolusercontent.com riotgames.com riotcdn.net pvp.net',
  linkedin: 'linkedin.com licdn.com lnkd.in linkedin.cn',
  max: 'max.com hbomax.com hbomaxcdn.com hbo.com hbogo.com hbonow.com',
  minecraft: 'minecraft.net minecraftservices.com minecraft-services.net mojang.com',
  netflix:
    'netflix.com netflix.net nflxext.com nflximg.com nflximg.net nflxso.net nflxvideo.net nflxsearch.net fast.com',
  pinterest:
    'pinterest.com pin.it pinimg.com pinterest.at pinterest.ca pinterest.ch pinterest.cl pinterest.co.kr pinterest.co.uk ' +
    'pinterest.com.au pinterest.com.mx pinterest.de pinterest.dk pinterest.es pinterest.fr pinterest.ie pinterest.it ' +
    'pinterest.jp pinterest.nz pinterest.ph pinterest.pt pinterest.ru pinterest.se',
  playstation: 'playstation.com playstation.net playstationnetwork.com sonyentertainmentnetwork.com psremoteplay.com',
  'prime-video': 'primevideo.com amazonvideo.com aiv-cdn.net aiv-delivery.net pv-cdn.net atv-ps.amazon.com',
  reddit: 'reddit.com redd.it redditmedia.com redditstatic.com redditspace.com reddituploads.com',
  roblox: 'roblox.com rbxcdn.com rbx.com roblox.cn',
  signal: 'signal.org whispersystems.org signal.art signal.group signal.me',
  snapchat:
    'snapchat.com snap.com sc-cdn.net sc-gw.com sc-jpl.com sc-prod.net snapkit.com snapads.com snap-dev.net bitmoji.com',
  spotify:
    'spotify.com spotify.link scdn.co pscdn.co spotifycdn.com spotifycdn.net spotifycharts.com spotifycodes.com spoti.fi ' +
    'byspotify.com spotilocal.com tospotify.com',
  steam:
    'steampowered.com steamcommunity.com steamcontent.com steamstatic.com steamusercontent.com steamgames.com steamserver.net ' +
    'steamchina.com steam-chat.com steamcdn-a.akamaihd.net steamdeck.com valvesoftware.com s.team',
  telegram:
    'telegram.org telegram.me telegram.dog telegram.space t.me tdesktop.com telegra.ph telesco.pe cdn-telegram.org',
  tiktok:
    'tiktok.com tiktokcdn.com tiktokcdn-us.com tiktokcdn-eu.com tiktokv.com tiktokv.us tiktokv.eu tiktokw.us tiktokw.eu ' +
    'tiktokd.org tiktokd.net tiktokeu-cdn.com tiktokcdn-in.com tiktokrow-cdn.com tiktok-row.net tiktokstaticb.com tiktokshop.com ' +
    'ttwstatic.com ttlivecdn.com ttoverseaus.net ttdns2.com musical.ly muscdn.com ' +
    'muscdn.app byteoversea.com bytefcdn-oversea.com ibytedtos.com ibyteimg.com isnssdk.com ipstatp.com amemv.com',
  tinder: 'tinder.com gotinder.com tindersparks.com',
  tumblr: 'tumblr.com tmblr.co txmblr.com',
  twitch: 'twitch.tv ttvnw.net jtvnw.net twitchcdn.net twitchsvc.net ext-twitch.tv twitch.a2z.com',
  vimeo: 'vimeo.com vimeocdn.com vhx.tv vimeobusiness.com',
  vk: 'vk.com vk.ru vk.me vk.cc vk-cdn.net vk-portal.net vkontakte.ru userapi.com vkuser.net vkuservideo.net vkuseraudio.net',
  whatsapp: 'whatsapp.com whatsapp.net whatsapp.biz wa.me',
  x: 'x.com twitter.com t.co twimg.com twttr.com twitter.jp twitpic.com tweetdeck.com periscope.tv pscp.tv',
  xbox: 'xbox.com xboxlive.com xboxservices.com xboxab.com gamepass.com',
  youtube:
    'youtube.com youtube-nocookie.com youtubeeducation.com youtubegaming.com youtubekids.com youtu.be yt.be ytimg.com ' +
    'googlevideo.com youtube.googleapis.com youtubei.googleapis.com youtubeembeddedplayer.googleapis.com ' +
    'youtube-ui.l.google.com wide-youtube.l.google.com ytimg.l.google.com yt-video-upload.l.google.com',
  zoom: 'zoom.us zoom.com zoom.com.cn zoomgov.com',
} as const;

export type ServiceName = keyof typeof DOMAINS;

export const SERVICE_NAMES = Object.keys(DOMAINS) as readonly ServiceName[];

export function domainsOfService(service: ServiceName): readonly string[] {
  return DOMAINS[service].split(' ');
}
